package io.jgemma.cli.compat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An option of llama.cpp's tools or of Ollama that is not jgemma's own, and what becomes of it.
 *
 * @param commands commands that it is known to, or {@code *} for all
 * @param names how it is spelled
 * @param values arguments that follow it: 0, 1 or 2
 * @param kind what becomes of it
 * @param neutral the value that asks for nothing, where there is one: with it the option is left out without a word
 * @param text arguments in its place, the reason why it has no effect, or what to use instead
 */
record OtherOption(
        Set<String> commands, List<String> names, int values, Kind kind, Optional<String> neutral, String text) {

    private static final String VALUE = "{}";
    private static final String EVERY_COMMAND = "*";
    private static final int FIELDS = 6;

    /** What becomes of an option. */
    enum Kind {
        /** Other arguments stand in its place; {@code {}} is its value. */
        AS,
        /** It is left out, and a note says why. */
        NOTE,
        /** The command line is refused. */
        REFUSED
    }

    OtherOption {
        commands = Set.copyOf(commands);
        names = List.copyOf(names);
    }

    /** Reads a line of the table: commands, names, values, kind, neutral value or {@code -}, and text, separated by tabs. */
    static OtherOption parse(String line) {
        String[] fields = line.split("\t", -1);
        if (fields.length != FIELDS) {
            throw new IllegalStateException("expected " + FIELDS + " fields, got " + fields.length + ": " + line);
        }
        return new OtherOption(
                Set.of(fields[0].split(",")),
                Arrays.asList(fields[1].split(" ")),
                Integer.parseInt(fields[2]),
                Kind.valueOf(fields[3]),
                Optional.of(fields[4]).filter(value -> !value.equals("-")),
                fields[5]);
    }

    /** Whether a command knows it by this name. */
    boolean matches(String command, String name) {
        return (commands.contains(EVERY_COMMAND) || commands.contains(command)) && names.contains(name);
    }

    /** Whether it asks for nothing with these values. */
    boolean neutral(List<String> given) {
        return neutral.isPresent() && !given.isEmpty() && sameValue(neutral.get(), given.getFirst());
    }

    private static boolean sameValue(String one, String other) {
        try {
            return Double.parseDouble(one) == Double.parseDouble(other);
        } catch (NumberFormatException e) {
            return one.equalsIgnoreCase(other);
        }
    }

    /** The arguments in its place. */
    List<String> replacement(List<String> given) {
        return Arrays.stream(text.split(" "))
                .map(word -> given.isEmpty() ? word : word.replace(VALUE, given.getFirst()))
                .toList();
    }
}
