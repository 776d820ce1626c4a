package io.jgemma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.cli.compat.OtherOptions;
import io.jgemma.cli.io.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Every option of llama-cli, llama-server and llama-bench works, has no effect and a note, or is refused with what to use. */
class OtherFlagsTest {
    private static final String TABLE = "/io/jgemma/cli/compat/llama-flags.tsv";
    private static final Map<String, List<String>> COMMANDS = Map.of(
            "llama-cli", List.of("chat", "run"),
            "llama-server", List.of("serve"),
            "llama-bench", List.of("bench"));

    private final Cli cli = new Cli(new TestConsole("").console());
    private final OtherOptions options = new OtherOptions();

    private record Row(String tool, List<String> names, int values, String verdict, String note) {
        static Row parse(String line) {
            String[] fields = line.split("\t", -1);
            assertThat(fields).as(line).hasSize(5);
            return new Row(fields[0], List.of(fields[1].split(" ")), Integer.parseInt(fields[2]), fields[3], fields[4]);
        }

        /** The note of the command that stands for its tool at this place; that of the first is in the table. */
        String note(int command) {
            return verdict.contains("/") || command > 0 ? "" : note;
        }

        /** What is to become of it in the command that stands for its tool at this place. */
        String verdict(int command) {
            String[] parts = verdict.split("/", -1);
            return parts[Math.min(command, parts.length - 1)];
        }
    }

    private static List<Row> rows() throws IOException {
        try (InputStream in = Objects.requireNonNull(OtherFlagsTest.class.getResourceAsStream(TABLE))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(Row::parse)
                    .toList();
        }
    }

    @Test
    void theTableHasEveryOption() throws IOException {
        assertThat(rows().stream().flatMap(row -> row.names().stream())).hasSizeGreaterThan(800);
        assertThat(rows().stream().map(row -> row.tool() + row.names())).doesNotHaveDuplicates();
    }

    @Test
    void everyOptionIsTakenAsTheTableSays() throws IOException {
        Map<String, CommandSpec> specs = new HashMap<>();
        List<String> wrong = new ArrayList<>();
        for (Row row : rows()) {
            List<String> commands = Objects.requireNonNull(COMMANDS.get(row.tool()));
            for (int i = 0; i < commands.size(); i++) {
                CommandSpec spec = specs.computeIfAbsent(commands.get(i), cli::options);
                for (String name : row.names()) {
                    String actual = actual(spec, name, row.values(), row.note(i));
                    if (!actual.equals(row.verdict(i))) {
                        wrong.add(commands.get(i) + " " + name + ": " + actual + " and not " + row.verdict(i));
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** What becomes of an option with values that ask for something. */
    private String actual(CommandSpec spec, String name, int values, String note) {
        List<String> given = new ArrayList<>(List.of(name));
        given.addAll(Collections.nCopies(values, "77"));
        try {
            OtherOptions.Translated own = options.translate(spec, given);
            if (!own.notes().isEmpty()) {
                assertThat(own.arguments()).as(name).isEmpty();
                assertThat(own.notes()).singleElement().asString().contains(note);
                return "no-op";
            }
            String first = own.arguments().getFirst().replaceAll("=.*", "");
            OptionSpec option =
                    spec.findOption(first) == null ? spec.negatedOptionsMap().get(first) : spec.findOption(first);
            if (option == null) {
                return "unknown";
            }
            boolean readsItself =
                    option.arity().min() != option.arity().max() || first.equals("-fa") || first.equals("--flash-attn");
            boolean fits = !first.equals(name) || readsItself || option.arity().min() == values;
            return fits ? "works" : "works with " + option.arity() + " values";
        } catch (UsageException e) {
            assertThat(e.getMessage()).contains(note).hasSizeGreaterThan(name.length() + 30);
            return "refused";
        }
    }
}
