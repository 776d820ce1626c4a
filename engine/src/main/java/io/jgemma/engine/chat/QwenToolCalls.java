package io.jgemma.engine.chat;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Qwen's tagged objects: {@code <tool_call>}, an object with {@code name} and {@code arguments}, {@code </tool_call>}.
 *
 * <p>A tag begins a line outside fenced blocks, with text before and after it or not, and may hold several objects; the
 * closing one may lack at the end of the answer. An object without tags is text, whatever it looks like. See
 * {@link JsonCallReader} for the keys.
 */
final class QwenToolCalls implements ToolCallParser {
    private static final CallSyntax SYNTAX =
            new CallSyntax(CallSyntax.Place.TAGS, false, List.of(new CallSyntax.Tag("<tool_call>", "</tool_call>")));

    @Override
    public String name() {
        return "qwen";
    }

    @Override
    public Set<String> aliases() {
        return Set.of("hermes");
    }

    @Override
    public ToolCallStream open(List<ToolDefinition> tools, Supplier<String> ids) {
        return SYNTAX.open(tools, ids);
    }
}
