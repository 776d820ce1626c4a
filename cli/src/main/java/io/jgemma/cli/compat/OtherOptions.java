package io.jgemma.cli.compat;

import io.jgemma.cli.io.UsageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Brings command lines that were written for llama.cpp's tools or Ollama to jgemma's options, by the table {@code options.tsv}.
 * A command's own options always come first: the table says nothing about them.
 */
public final class OtherOptions {
    private static final String TABLE = "options.tsv";
    private static final String END_OF_OPTIONS = "--";

    private @Nullable List<OtherOption> table;

    /** The table, read when it is first needed: a command line in jgemma's own words needs none of it. */
    private List<OtherOption> table() {
        if (table == null) {
            table = read();
        }
        return table;
    }

    private static List<OtherOption> read() {
        try (InputStream stream = OtherOptions.class.getResourceAsStream(TABLE)) {
            if (stream == null) {
                throw new IllegalStateException(TABLE + " is not in the jar");
            }
            BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
            return reader.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(OtherOption::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Arguments that the command's own options understand.
     *
     * @param arguments those given, without further ones
     * @param notes what has no effect and why, a sentence each
     */
    public record Translated(List<String> arguments, List<String> notes) {
        public Translated {
            arguments = List.copyOf(arguments);
            notes = List.copyOf(notes);
        }
    }

    /**
     * Translates the arguments of a command.
     *
     * @param command the command's own options
     * @param given arguments after the command's name
     * @throws UsageException for an option that is refused; the message says what to use instead
     */
    public Translated translate(CommandSpec command, List<String> given) {
        List<String> arguments = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        int i = 0;
        while (i < given.size()) {
            String argument = given.get(i);
            if (argument.equals(END_OF_OPTIONS)) {
                arguments.addAll(given.subList(i, given.size()));
                break;
            }
            int equals = argument.startsWith("-") ? argument.indexOf('=') : -1;
            String name = hyphenated(equals < 0 ? argument : argument.substring(0, equals));
            OptionSpec own = own(command, name);
            if (own != null) {
                int end = equals >= 0 ? i + 1 : Math.min(given.size(), i + 1 + valuesOf(own));
                arguments.add(equals < 0 ? name : name + argument.substring(equals));
                arguments.addAll(given.subList(i + 1, end));
                i = end;
                continue;
            }
            Optional<OtherOption> other = name.startsWith("-") ? find(command.name(), name) : Optional.empty();
            if (other.isEmpty()) {
                arguments.add(argument);
                i++;
                continue;
            }
            int end = equals >= 0 ? i + 1 : i + 1 + other.get().values();
            if (end > given.size()) {
                throw new UsageException(name + " expects a value");
            }
            List<String> values =
                    equals >= 0 ? List.of(argument.substring(equals + 1)) : List.copyOf(given.subList(i + 1, end));
            apply(other.get(), name, values, arguments, notes);
            i = end;
        }
        return new Translated(arguments, notes);
    }

    private static @Nullable OptionSpec own(CommandSpec command, String name) {
        OptionSpec negated = command.negatedOptionsMap().get(name);
        return negated == null ? command.findOption(name) : negated;
    }

    /** llama.cpp takes underscores in long options as hyphens. */
    private static String hyphenated(String name) {
        return name.startsWith("--") ? name.replace('_', '-') : name;
    }

    /** Arguments that always follow one of the command's own options. One that reads its value itself may have none. */
    private static int valuesOf(OptionSpec own) {
        boolean readsItself = own.preprocessor() != null
                && !own.preprocessor().getClass().getName().startsWith("picocli.");
        return readsItself ? 0 : own.arity().min();
    }

    private Optional<OtherOption> find(String command, String name) {
        return table().stream().filter(option -> option.matches(command, name)).findFirst();
    }

    private static void apply(
            OtherOption option, String name, List<String> values, List<String> arguments, List<String> notes) {
        if (option.neutral(values)) {
            return;
        }
        switch (option.kind()) {
            case AS -> arguments.addAll(option.replacement(values));
            case NOTE -> notes.add(name + " has no effect: " + option.text());
            case REFUSED -> throw new UsageException(name + " is not an option here: " + option.text());
        }
    }

    /** Names of the options that a command knows by the table. */
    public Set<String> names(String command) {
        Set<String> names = new TreeSet<>();
        for (OtherOption option : table()) {
            option.names().stream()
                    .filter(name -> option.matches(command, name))
                    .forEach(names::add);
        }
        return names;
    }
}
