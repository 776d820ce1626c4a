package io.jgemma.engine.chat;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Llama 3's objects: {@code {"name": "get_weather", "parameters": {"city": "Paris"}}}.
 *
 * <p>They are the whole answer, perhaps behind {@code <|python_tag|>}; with text around them or in a fenced block they are
 * text. Several are separated by semicolons, commas or line ends, or stand in a list. See {@link JsonCallReader} for the
 * keys.
 */
final class LlamaToolCalls implements ToolCallParser {
    private static final CallSyntax SYNTAX =
            new CallSyntax(CallSyntax.Place.ANSWER, false, List.of(new CallSyntax.Tag("<|python_tag|>", "")));

    @Override
    public String name() {
        return "llama3";
    }

    @Override
    public Set<String> aliases() {
        return Set.of("llama", "llama-json");
    }

    @Override
    public ToolCallStream open(List<ToolDefinition> tools, Supplier<String> ids) {
        return SYNTAX.open(tools, ids);
    }
}
