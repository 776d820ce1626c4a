package io.jgemma.engine.chat;

import java.util.List;
import java.util.Locale;

/** The syntaxes that jgemma reads. Each says itself which names it goes by. */
public final class ToolCallParsers {
    private static final ToolCallParser NONE = new NoToolCalls();
    private static final List<ToolCallParser> ALL =
            List.of(new GemmaToolCalls(), new LlamaToolCalls(), new QwenToolCalls(), NONE);

    private ToolCallParsers() {}

    /** All of them; {@code none} is the last. */
    public static List<ToolCallParser> all() {
        return ALL;
    }

    /** The one that takes everything for text. */
    public static ToolCallParser none() {
        return NONE;
    }

    /** Their names, for messages. */
    public static List<String> names() {
        return ALL.stream().map(ToolCallParser::name).toList();
    }

    /**
     * The syntax of a name or alias, in letters of any case.
     *
     * @throws IllegalArgumentException when there is none; the message lists the names
     */
    public static ToolCallParser byName(String name) {
        String key = name.toLowerCase(Locale.ROOT);
        return ALL.stream()
                .filter(parser -> parser.name().equals(key) || parser.aliases().contains(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "there is no tool-call syntax '" + name + "'; there are " + String.join(", ", names())));
    }
}
