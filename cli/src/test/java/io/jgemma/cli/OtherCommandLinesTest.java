package io.jgemma.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Command lines that were written for llama.cpp and Ollama run as meant, or are refused with what to use instead. */
class OtherCommandLinesTest {
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");
    private static final Map<String, List<String>> PROGRAMS = Map.of(
            "llama-cli", List.of(),
            "llama-server", List.of("serve"),
            "llama-bench", List.of("bench"),
            "ollama", List.of(),
            "jgemma", List.of());

    static Stream<String> commands() throws IOException {
        try (InputStream in = Objects.requireNonNull(
                OtherCommandLinesTest.class.getResourceAsStream("/io/jgemma/cli/compat/commands.txt"))) {
            List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
            return lines.stream();
        }
    }

    private static String[] words(String command) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(command);
        while (matcher.find()) {
            words.add(Stream.of(matcher.group(1), matcher.group(2), matcher.group(3))
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElseThrow());
        }
        List<String> all = new ArrayList<>(Objects.requireNonNull(PROGRAMS.get(words.removeFirst())));
        all.addAll(words);
        return all.toArray(String[]::new);
    }

    @Test
    void thereAreAHundred() throws IOException {
        assertThat(commands()).hasSizeGreaterThanOrEqualTo(100).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void runsAsMeantOrSaysWhatToUse(String line) {
        int bar = line.lastIndexOf(" | ");
        String outcome = line.substring(bar + 3);
        TestConsole console = new TestConsole("");

        String understood = new Cli(console.console()).understood(words(line.substring(0, bar)));

        if (outcome.startsWith("refused ")) {
            assertThat(understood).isEqualTo("refused");
            assertThat(console.err())
                    .contains(outcome.substring("refused ".length()))
                    .hasLineCount(1);
        } else {
            int comma = outcome.indexOf(", note ");
            assertThat(understood).as(console.err()).isEqualTo(comma < 0 ? outcome : outcome.substring(0, comma));
            if (comma >= 0) {
                assertThat(console.err()).contains(outcome.substring(comma + ", note ".length()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama-cli -p Hello -n 3 --temp 0 --mlock",
                "llama-cli -p Hello -n 3 --no-mmap --log-disable -no-cnv --numa distribute",
                "llama-cli -p Hello -n 3 --temp 9 --temp 0 --chat-template gemma",
                "ollama run \"Say hello to me\" -n 3",
                "llama-cli -p Hello -n 3 --ignore-eos --chat-template-kwargs '{\"enable_thinking\": false}'",
                "llama-bench -p 8 -n 0 -r 1 --no-warmup -ctk f16,q4_0 --cpu-kernels vector,scalar -o jsonl"
            })
    void computesWithTheModelInside(String line) {
        TestConsole console = new TestConsole("");
        int code = console.run(words(line));
        // A limit of the shell on locked memory is no failure of the option.
        assumeThat(console.err()).doesNotContain("refused to lock");

        assertThat(code).as(console.err()).isZero();
        assertThat(console.out()).isNotBlank();
    }

    @Test
    void listsOfBenchAreAllMeasured() {
        TestConsole console = new TestConsole("");

        assertThat(console.run(
                        "bench",
                        "-p",
                        "4",
                        "-n",
                        "0",
                        "-r",
                        "1",
                        "--no-warmup",
                        "-ctk",
                        "f16,q4_0",
                        "-ctv",
                        "f16",
                        "--cpu-kernels",
                        "vector,scalar",
                        "-t",
                        "1,2",
                        "-o",
                        "jsonl"))
                .as(console.err())
                .isZero();
        assertThat(console.out().lines()).hasSize(8);
        assertThat(console.out()).contains("\"kernels\":\"scalar\"", "\"kernels\":\"vector\"", "\"type_k\":\"q4_0\"");
    }

    @Test
    void valuesOfUnknownOptionsAreNotReported() {
        TestConsole console = new TestConsole("");

        assertThat(console.run("run", "-p", "a", "--nonsense", "--99", "x", "y"))
                .isEqualTo(2);
        assertThat(console.err()).contains("'--nonsense'").doesNotContain("99", "'x'", "'y'");
    }

    @Test
    void aTextAfterTheModelIsThePrompt() {
        TestConsole console = new TestConsole("");

        assertThat(console.run("run", "missing.gguf", "Say", "hello")).isEqualTo(1);
        assertThat(console.err()).contains("there is no file 'missing.gguf'");
    }

    @Test
    void pulledModelsAreSuggestedByOtherSpellings() {
        TestConsole console = new TestConsole("");

        assertThat(console.run("run", "gemma3:4b", "hello")).isEqualTo(1);
        assertThat(console.err()).contains("jgemma pull gemma-3-4b fetches one");
    }
}
