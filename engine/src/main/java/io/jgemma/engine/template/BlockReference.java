package io.jgemma.engine.template;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A block to be rendered once more, {@code self.name}.
 *
 * @param name the block
 */
record BlockReference(String name) implements PyCallable {

    @Override
    public String typeName() {
        return "BlockReference";
    }

    @Override
    public String describe() {
        return "<BlockReference " + name + ">";
    }

    @Override
    public Object call(Interpreter in, Args args) {
        Signature.of("BlockReference.__call__", "").bind(args);
        return in.callBlock(name);
    }

    /**
     * The variable {@code self}.
     *
     * @param blocks names of the template's blocks
     */
    record Self(Set<String> blocks) {

        @Nullable
        Object attribute(String block) {
            return blocks.contains(block) ? new BlockReference(block) : null;
        }
    }
}
