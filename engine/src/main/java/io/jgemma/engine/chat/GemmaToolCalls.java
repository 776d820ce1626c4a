package io.jgemma.engine.chat;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Gemma's list of Python calls: {@code [get_weather(city='Paris', days=3), get_time()]}.
 *
 * <p>Its template asks for such a list as the whole answer, without Markdown; a list with text around it, or in a fenced
 * block, is text. Values are Python's or JSON's; see {@link PythonCallReader} for arguments without names. Objects as
 * {@link JsonCallReader} reads them may stand in the list or for it.
 */
final class GemmaToolCalls implements ToolCallParser {
    private static final CallSyntax SYNTAX = new CallSyntax(CallSyntax.Place.ANSWER, true, List.of());

    @Override
    public String name() {
        return "gemma";
    }

    @Override
    public Set<String> aliases() {
        return Set.of("python", "pythonic");
    }

    @Override
    public ToolCallStream open(List<ToolDefinition> tools, Supplier<String> ids) {
        return SYNTAX.open(tools, ids);
    }
}
