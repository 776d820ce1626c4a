package io.jgemma.cli.chat;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What may be typed instead of a message. */
enum SlashCommand {
    HELP("", "show this"),
    SYSTEM("TEXT", "set the system prompt; alone it shows it, with - it removes it"),
    SET("[NAME VALUE]", "change a setting, e.g. temperature 0; alone it shows all"),
    THINK("on|off|low|medium|high", "whether a model that can reason does so before it answers"),
    REGEN("", "answer the last message again"),
    UNDO("", "take back the last message and its answer"),
    COPY("", "copy the last answer to the clipboard"),
    CLEAR("", "forget the conversation, keep the system prompt"),
    SAVE("FILE", "write the conversation to FILE (JSON)"),
    LOAD("FILE", "continue the conversation in FILE"),
    IMAGE("FILE [TEXT]", "show the model a picture and ask TEXT, or ask with the next message"),
    STATS("", "show speed, context and memory"),
    EXIT("", "leave (also Ctrl-D)");

    /** What other programs call them. */
    private static final Map<String, String> ALIASES =
            Map.of("/quit", "/exit", "/bye", "/exit", "/?", "/help", "/regenerate", "/regen");

    private final String argument;
    private final String description;

    SlashCommand(String argument, String description) {
        this.argument = argument;
        this.description = description;
    }

    /** How it is typed. */
    String word() {
        return "/" + name().toLowerCase(Locale.ROOT);
    }

    /** One line for {@code /help}. */
    String help() {
        return String.format(Locale.ROOT, "  %-29s %s", (word() + " " + argument).strip(), description);
    }

    /**
     * A typed command and what stands after it.
     *
     * @param command the command
     * @param argument the rest of the line; empty if there is none
     */
    record Typed(SlashCommand command, String argument) {}

    /** The command a message stands for; empty if its first word names none. */
    static Optional<Typed> parse(String message) {
        int end = 0;
        while (end < message.length() && !Character.isWhitespace(message.charAt(end))) {
            end++;
        }
        String word = message.substring(0, end).toLowerCase(Locale.ROOT);
        String rest = message.substring(end).strip();
        return Arrays.stream(values())
                .filter(command -> command.word().equals(ALIASES.getOrDefault(word, word)))
                .findFirst()
                .map(command -> new Typed(command, rest));
    }
}
