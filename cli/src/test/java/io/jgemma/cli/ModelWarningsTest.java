package io.jgemma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person is told of a file whose rules of cutting words are unknown. */
class ModelWarningsTest {
    private static final Path TINY = Path.of("../models/src/test/resources/golden/llama-tiny-q4_0.gguf");
    private static final String WARNING = "warning: tokenizer.ggml.pre \"llama-new\" is unknown";

    @TempDir
    private Path directory;

    private String model = "";

    @BeforeEach
    void renameTheRules() throws IOException {
        String bytes = Files.readString(TINY, StandardCharsets.ISO_8859_1);
        assertThat(bytes).containsOnlyOnce("llama-bpe");
        model = Files.writeString(
                        directory.resolve("m.gguf"),
                        bytes.replace("llama-bpe", "llama-new"),
                        StandardCharsets.ISO_8859_1)
                .toString();
    }

    @Test
    void everyCommandThatUsesTheTokenizerNamesThemOnce() throws IOException {
        String template = Files.writeString(directory.resolve("t.jinja"), "{{ messages[0].content }}")
                .toString();
        Stream.of(
                        new String[] {"info", model},
                        new String[] {"tokenize", model},
                        new String[] {"run", model, "--raw", "-n", "1", "--cpu-kernels", "scalar"},
                        new String[] {"chat", model, "-n", "1", "--chat-template", template, "--cpu-kernels", "scalar"})
                .forEach(args -> {
                    TestConsole console = new TestConsole("Hello\n");

                    assertThat(console.run(args)).as(args[0]).isZero();
                    assertThat(console.err()).as(args[0]).containsOnlyOnce(WARNING);
                    assertThat(console.out()).as(args[0]).doesNotContain("warning");
                });
    }
}
