package io.jgemma.engine.chat;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Qwen's tagged objects: {@code <tool_call>}, an object with {@code name} and {@code arguments}, {@code </tool_call>}.
 *
 * <p>A tag may stand anywhere in a line and hold several objects; the closing one may lack at the end of the answer. Small
 * models of the family leave the tags away, or write {@code <tools>}: so an object that begins a line, fenced or not, is a
 * call too if it has arguments. See {@link JsonCallReader} for the keys.
 */
final class QwenToolCalls implements ToolCallParser {
    private static final CallSyntax SYNTAX = new CallSyntax(
            false,
            List.of(new CallSyntax.Tag("<tool_call>", "</tool_call>"), new CallSyntax.Tag("<tools>", "</tools>")));

    @Override
    public String name() {
        return "qwen";
    }

    @Override
    public Set<String> aliases() {
        return Set.of("hermes");
    }

    @Override
    public Set<String> architectures() {
        return Set.of("qwen2", "qwen3", "qwen2moe", "qwen3moe");
    }

    @Override
    public ToolCallStream open(List<ToolDefinition> tools, Supplier<String> ids) {
        return SYNTAX.open(tools, ids);
    }
}
