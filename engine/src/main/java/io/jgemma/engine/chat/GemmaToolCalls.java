package io.jgemma.engine.chat;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Gemma's list of Python calls: {@code [get_weather(city='Paris', days=3), get_time()]}.
 *
 * <p>It may be fenced, and text may stand before and after it, but it begins a line. Values are Python's or JSON's; see
 * {@link PythonCallReader} for arguments without names. Objects as {@link JsonCallReader} reads them may stand in the list
 * or for it; in a block fenced as {@code tool_code} the brackets may lack.
 */
final class GemmaToolCalls implements ToolCallParser {
    private static final CallSyntax SYNTAX = new CallSyntax(true, List.of());

    @Override
    public String name() {
        return "gemma";
    }

    @Override
    public Set<String> aliases() {
        return Set.of("python", "pythonic");
    }

    @Override
    public Set<String> architectures() {
        return Set.of("gemma3", "gemma2", "gemma");
    }

    @Override
    public ToolCallStream open(List<ToolDefinition> tools, Supplier<String> ids) {
        return SYNTAX.open(tools, ids);
    }
}
