package io.jgemma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that are broken, hostile or something else than they should be: what still works, and what a person is told. */
class OddFilesTest {
    private static final String BROKEN = "{% if %}";
    private static final String[] QUICK = {"--cpu-kernels", "scalar", "-c", "64"};

    @TempDir
    private Path directory;

    private static TestConsole run(int code, String... args) {
        TestConsole console = new TestConsole("Hello\n");
        String[] quick = Stream.concat(Stream.of(args), Stream.of(QUICK)).toArray(String[]::new);
        String[] all = args[0].equals("info") || args[0].equals("bench") || args[0].equals("tokenize") ? args : quick;
        assertThat(console.run(all)).as(console.err()).isEqualTo(code);
        return console;
    }

    @Test
    void aBrokenTemplateIsInTheWayOfConversationsOnly() throws IOException {
        String model =
                EditedModel.with(directory, "tokenizer.chat_template", BROKEN).toString();

        assertThat(run(0, "run", model, "--raw", "-p", "a", "-n", "1").err()).doesNotContain("template");
        run(0, "logits", model, "--tokens", "1,2");
        run(0, "bench", model, "-p", "1", "-n", "0", "-r", "1", "--no-warmup", "--cpu-kernels", "scalar");
        run(0, "tokenize", model, "-p", "a");
        run(0, "info", model);
        Stream.of(new String[] {"run", model, "-p", "a", "-n", "1"}, new String[] {"chat", model})
                .forEach(args -> assertThat(run(1, args).err())
                        .contains("chat template", "line 1", "--chat-template-file FILE")
                        .doesNotContain("Exception"));

        String other = Files.writeString(directory.resolve("t.jinja"), "{{ messages[0].content }}")
                .toString();
        run(0, "run", model, "-p", "a", "-n", "1", "--chat-template-file", other);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "general.type|adapter|an adapter (LoRA) and not a model: merge it into its base model",
                "general.type|mmproj|a vision projector and not a model",
                "general.type|imatrix|an importance matrix and not a model",
            })
    void filesThatGoWithAModelSayWhatTheyAre(String key, String value, String message) throws IOException {
        String model = EditedModel.exactly(directory, key, value).toString();
        Stream.of(new String[] {"info", model}, new String[] {"run", model, "-p", "a"})
                .forEach(args -> assertThat(run(1, args).err()).contains("edited.gguf is " + message));
    }

    @Test
    void aFileSteersNoTerminal() throws IOException {
        String name = "\u001b[2J\u0007\u0000" + "tiny-random";
        String model =
                EditedModel.replacing(directory, "llama-tiny-random", name).toString();
        String template = Files.writeString(directory.resolve("t.jinja"), "{{ messages[0].content }}")
                .toString();
        Stream.of(new String[] {"info", model}, new String[] {"chat", model, "-n", "0", "--chat-template", template})
                .forEach(args -> {
                    TestConsole console = run(0, args);
                    assertThat(console.out() + console.err())
                            .as(args[0])
                            .contains("\\u001b[2J\\u0007\\u0000tiny")
                            .doesNotContain("\u001b", "\u0007", "\u0000");
                });

        String refusal = Files.writeString(
                        directory.resolve("r.jinja"), "{{ raise_exception('no \\u001b[2J' ~ messages[0].content) }}")
                .toString();
        TestConsole raised = run(1, "run", model, "-p", "b\u009b", "--chat-template", refusal);
        assertThat(raised.err()).contains("no \\u001b[2Jb\\u009b").doesNotContain("\u001b", "\u009b");
    }

    @Test
    void anUnknownArchitectureIsNamedWithoutItsEscapes() throws IOException {
        String bytes = Files.readString(EditedModel.exactly(directory, "x", "y"), StandardCharsets.ISO_8859_1);
        int at = bytes.indexOf("general.architecture") + "general.architecture".length() + 12;
        Path model = Files.writeString(
                directory.resolve("m.gguf"),
                bytes.substring(0, at) + "\u001b[1mx" + bytes.substring(at + 5),
                StandardCharsets.ISO_8859_1);
        assertThat(run(1, "info", model.toString()).err())
                .contains("\\u001b[1mx")
                .doesNotContain("\u001b");
    }

    @Test
    void moreThreadsThanProcessorsAreNotStarted() throws IOException {
        String model = EditedModel.exactly(directory, "x", "y").toString();
        int processors = Runtime.getRuntime().availableProcessors();
        TestConsole console = run(0, "run", model, "--raw", "-p", "a", "-n", "1", "-t", "1000");
        assertThat(console.err())
                .contains("warning: 1000 threads were asked for, but this process has " + processors + " processors");
    }

    @Test
    void deepJsonIsRefusedAndTheConversationGoesOn() throws IOException {
        String deep = Files.writeString(directory.resolve("deep.json"), "[".repeat(2_000))
                .toString();
        TestConsole tools = run(1, "chat", "--tools", deep);
        assertThat(tools.err()).contains("nested too deep").doesNotContain("null");

        TestConsole variables = new TestConsole("");
        assertThat(variables.run("template", deep, deep)).isEqualTo(1);
        assertThat(variables.err()).contains("nested too deep").doesNotContain("null");

        TestConsole talk = new TestConsole("/load " + deep + "\n/load " + deep + "\n/stats\n");
        assertThat(talk.run("chat", "--cpu-kernels", "scalar", "-c", "64")).isZero();
        assertThat(talk.err()).contains("nested too deep", "computed by").doesNotContain("NullPointer", "null");
    }

    @Test
    void toolsThatRunProgramsWantAPersonOrAFlag() throws IOException {
        String tools = Files.writeString(
                        directory.resolve("tools.json"),
                        "[{\"type\": \"function\", \"function\": {\"name\": \"echo\"}, \"command\": \"cat\"}]")
                .toString();
        assertThat(run(2, "chat", "--tools", tools).err()).contains("--yes");
        TestConsole talk = new TestConsole("");
        assertThat(talk.run("chat", "--tools", tools, "--yes", "--cpu-kernels", "scalar", "-c", "64"))
                .isZero();
    }

    @Test
    void aTemplateThatRefusesEndsNoConversation() throws IOException {
        String template = Files.writeString(
                        directory.resolve("t.jinja"),
                        "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
                                + "{{ bos_token }}{{ messages[-1].content }}")
                .toString();
        String saved = directory.resolve("saved.json").toString();
        TestConsole talk = new TestConsole("/system S\nHello\n/save " + saved + "\n/system -\nHello\n");
        assertThat(talk.run("chat", "--cpu-kernels", "scalar", "-c", "64", "-n", "2", "--chat-template", template))
                .isEqualTo(1);
        assertThat(talk.err()).containsOnlyOnce("System role not supported").contains("Saved 0 messages");
        assertThat(talk.out()).isNotBlank();
    }
}
