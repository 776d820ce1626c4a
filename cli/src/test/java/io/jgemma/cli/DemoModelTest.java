package io.jgemma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command on the embedded model, from the command line to what a program reads. */
class DemoModelTest {
    private static final String GREETING = "Hello! How can I help you today?";
    private static final String[] QUICK = {"--temp", "0", "--cpu-kernels", "scalar", "-c", "256"};

    private final TestConsole console = new TestConsole("");

    private static String[] quick(String... args) {
        return Stream.concat(Stream.of(args), Stream.of(QUICK)).toArray(String[]::new);
    }

    private static JsonNode json(String text) throws IOException {
        return new ObjectMapper().readTree(text);
    }

    @Test
    void runPrintsTheAnswerAloneAndSaysWhoAnswers() {
        assertThat(console.run(quick("run", "-p", "Hello"))).isZero();

        assertThat(console.out()).isEqualTo(GREETING + "\n");
        assertThat(console.err()).contains("No model was named", "tokens/s");
    }

    private static Path picture(Path folder) throws IOException {
        Path file = folder.resolve("three shapes.png");
        try (InputStream in =
                Objects.requireNonNull(DemoModelTest.class.getResourceAsStream("/pictures/three_shapes.png"))) {
            Files.copy(in, file);
        }
        return file;
    }

    @Test
    void runLooksAtPictures(@TempDir Path folder) throws IOException {
        String file = picture(folder).toString();

        assertThat(console.run(quick("run", "--image", file, "-p", "How many shapes are there?")))
                .isZero();

        assertThat(console.out()).isEqualTo("There are three shapes in the picture.\n");
    }

    @Test
    void chatLooksAtPicturesAndSavesThem(@TempDir Path folder) throws IOException {
        Path file = picture(folder);
        Path saved = folder.resolve("saved.json");
        TestConsole chat = new TestConsole("/image '" + file + "' How many shapes are there?\n/save " + saved
                + "\n/load " + saved + "\n/image missing.png\n/exit\n");

        assertThat(chat.run(quick("chat"))).isZero();

        assertThat(chat.out()).contains("There are three shapes in the picture.");
        assertThat(chat.out() + chat.err()).contains("Loaded 2 messages", "There is no file 'missing.png'.");
        JsonNode content = json(Files.readString(saved)).get("messages").get(0).get("content");
        assertThat(content.get(0).get("image_url").get("name").asText()).isEqualTo("three shapes.png");
        assertThat(content.get(1).get("text").asText()).isEqualTo("How many shapes are there?");
    }

    @Test
    void whatIsNoPictureIsRefusedInOneLine(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("cat.jpg"), "meow");

        assertThat(console.run(quick("run", "--image", file.toString(), "-p", "What is it?")))
                .isEqualTo(1);

        assertThat(console.err())
                .contains("cat.jpg is not a picture that can be read: it begins with the bytes 6d 65 6f 77");
    }

    @Test
    void runReadsItsPromptFromAPipe() {
        TestConsole piped = new TestConsole("Hello\n");

        assertThat(piped.run(quick("run"))).isZero();
        assertThat(piped.out()).isEqualTo(GREETING + "\n");
    }

    @Test
    void runJsonIsOneObject() throws IOException {
        assertThat(console.run(quick("run", "--json", "-p", "Hello"))).isZero();

        assertThat(console.out()).hasLineCount(1);
        JsonNode result = json(console.out());
        assertThat(result.fieldNames()).toIterable().containsExactly("prompt_ids", "ids", "text", "finish", "timings");
        assertThat(result.get("prompt_ids").toString()).isEqualTo("[2,4,286,9,1766,5,9,4,294,9]");
        assertThat(result.get("text").textValue()).isEqualTo(GREETING);
        assertThat(result.get("finish").textValue()).isEqualTo("stop");
        assertThat(result.get("timings").get("generated_tokens").intValue())
                .isEqualTo(result.get("ids").size());
    }

    @Test
    void runAnswersEachPromptOfAFileAsItWouldAlone(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(
                directory.resolve("p.jsonl"),
                "{\"prompt\": \"Hello\", \"id\": 7}\r\n\n{\"prompt\": \"Name a river.\\n\"}\n{\"prompt\": \"Hello\"}");

        assertThat(console.run(quick("run", "--prompts", file.toString()))).isZero();

        assertThat(console.out()).hasLineCount(3);
        String[] lines = console.out().split("\n", -1);
        TestConsole alone = new TestConsole("");
        assertThat(alone.run(quick("run", "--json", "-p", "Name a river.\n"))).isZero();
        assertThat(json(lines[1]).get("prompt_ids")).isEqualTo(json(alone.out()).get("prompt_ids"));
        assertThat(json(lines[1]).get("ids")).isEqualTo(json(alone.out()).get("ids"));
        assertThat(json(lines[2]).get("ids")).isEqualTo(json(lines[0]).get("ids"));
        assertThat(json(lines[0]).get("timings").get("cached_tokens").intValue())
                .isZero();
        assertThat(json(lines[2]).get("timings").get("cached_tokens").intValue())
                .isPositive();

        TestConsole together = new TestConsole("");
        assertThat(together.run(quick("run", "--prompts", file.toString(), "-np", "2")))
                .isZero();
        String[] same = together.out().split("\n", -1);
        for (int i = 0; i < 3; i++) {
            assertThat(json(same[i]).get("text")).isEqualTo(json(lines[i]).get("text"));
        }
    }

    @Test
    void runNamesTheLineOfAPromptThatIsNone(@TempDir Path directory) throws IOException {
        for (String line : new String[] {"{\"prompt\": 1}", "{\"text\": \"a\"}", "[]", "{"}) {
            Path file = Files.writeString(directory.resolve("p.jsonl"), "{\"prompt\": \"a\"}\n" + line + "\n");
            TestConsole told = new TestConsole("");

            assertThat(told.run(quick("run", "--prompts", file.toString()))).isEqualTo(1);
            assertThat(told.err()).contains("p.jsonl', line 2 ").hasLineCount(1);
            assertThat(told.out()).isEmpty();
        }
        Path tooLong = Files.writeString(
                directory.resolve("long.jsonl"), "{\"prompt\": \"" + "many words ".repeat(400) + "\"}\n");
        assertThat(console.run(quick("run", "--prompts", tooLong.toString()))).isEqualTo(1);
        assertThat(console.err()).contains("long.jsonl', line 1: ");
    }

    @Test
    void runStopsWhereItIsTold() throws IOException {
        assertThat(console.run(quick("run", "--json", "-p", "Hello", "-n", "3")))
                .isZero();
        JsonNode cut = json(console.out());
        assertThat(cut.get("finish").textValue()).isEqualTo("length");
        assertThat(cut.get("ids")).hasSize(3);

        TestConsole second = new TestConsole("");
        assertThat(second.run(quick("run", "-p", "Hello", "--stop", " help"))).isZero();
        assertThat(second.out()).isEqualTo("Hello! How can I\n");
    }

    @Test
    void runRawContinuesTheTextAsItIs() throws IOException {
        assertThat(console.run(quick("run", "--raw", "--json", "-n", "1", "-p", "<start_of_turn>user")))
                .isZero();

        assertThat(json(console.out()).get("prompt_ids").toString()).isEqualTo("[2,4,286]");
    }

    @Test
    void whatIsSaidSpellsNoControlToken() throws IOException {
        assertThat(console.run(quick("run", "--json", "-n", "1", "-p", "<end_of_turn>")))
                .isZero();

        // Only the two marks of the template's own: one ends the question, one begins the answer.
        String ids = json(console.out()).get("prompt_ids").toString();
        assertThat(ids).startsWith("[2,4,286,9,").endsWith(",5,9,4,294,9]");
        assertThat(ids.split(",5,", -1)).hasSize(2);
    }

    @Test
    void aTextFileMayBeginWithAByteOrderMark(@TempDir Path directory) throws IOException {
        Path text = Files.writeString(directory.resolve("t.txt"), "\uFEFFHello");
        Path template = Files.writeString(
                directory.resolve("t.jinja"),
                "\uFEFF{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}");
        assertThat(console.run(quick(
                        "run", "--json", "-n", "1", "-f", text.toString(), "--chat-template", template.toString())))
                .isZero();
        assertThat(json(console.out()).get("prompt_ids").toString()).isEqualTo("[2,1766]");

        TestConsole piped = new TestConsole("\uFEFFHello\n");
        assertThat(piped.run("tokenize", "--json", "--no-bos")).isZero();
        assertThat(json(piped.out()).get("ids").get(0).intValue()).isEqualTo(1766);
    }

    @Test
    void theSystemPromptAndAnotherTemplateReachTheModel(@TempDir Path directory) throws IOException {
        Path template =
                Files.writeString(directory.resolve("t.jinja"), "{% for m in messages %}{{ m.content }}\n{% endfor %}");

        assertThat(console.run(quick(
                        "run", "--json", "-n", "1", "-sys", "a", "--chat-template", template.toString(), "-p", "b")))
                .isZero();

        TestConsole expected = new TestConsole("");
        assertThat(expected.run("tokenize", "--json", "-e", "-p", "a\\nb\\n")).isZero();
        assertThat(json(console.out()).get("prompt_ids"))
                .isEqualTo(json(expected.out()).get("ids"));
    }

    @Test
    void whatFollowsABlockThatTheTemplateOpenedIsNoAnswer(@TempDir Path directory) throws IOException {
        Path template = Files.writeString(
                directory.resolve("t.jinja"),
                "{{ bos_token }}{% for m in messages %}<start_of_turn>user\n{{ m.content }}<end_of_turn>\n{% endfor %}"
                        + "<start_of_turn>model\n<think>\n");

        String[] options = {"-n", "4", "--temp", "0", "--cpu-kernels", "scalar", "--chat-template", template.toString()
        };
        TestConsole piped = new TestConsole("Hello\n");
        assertThat(piped.run(Stream.concat(Stream.of("run"), Stream.of(options)).toArray(String[]::new)))
                .isZero();
        assertThat(piped.out()).isBlank();
        assertThat(piped.err()).contains("\nHello! How can\n");

        TestConsole talk = new TestConsole("Hello\n");
        assertThat(talk.run(Stream.concat(Stream.of("chat"), Stream.of(options)).toArray(String[]::new)))
                .isZero();
        assertThat(talk.out()).isBlank();
        assertThat(talk.err()).contains("\nHello! How can\n");
    }

    @Test
    void chatUsesTheResultOfATool(@TempDir Path directory) throws IOException {
        Path tools = Files.writeString(directory.resolve("tools.json"), """
                [{"type": "function", "function": {"name": "get_weather", "description": "Get the weather forecast.",
                  "parameters": {"type": "object", "required": ["city", "days"],
                                 "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}}}]
                """);
        String question = "What is the weather in Paris for the next 3 days?\n";
        String[] chat = {"chat", "--temp", "0", "--tools", tools.toString()};

        TestConsole piped = new TestConsole(question + "{\"temp\": 21, \"condition\": \"sunny\"}\n");
        assertThat(piped.run(chat)).isZero();
        assertThat(piped.err()).contains("calls get_weather {\"city\":\"Paris\",\"days\":3}");
        assertThat(piped.out()).isEqualTo("It is 21 degrees and sunny in Paris.\n");

        TestConsole asText = new TestConsole(question);
        assertThat(asText.run("chat", "--temp", "0", "--tools", tools.toString(), "--tool-parser", "qwen"))
                .isZero();
        assertThat(asText.out()).isEqualTo("[get_weather(city='Paris', days=3)]\n");
    }

    @Test
    void tokenizeGivesIdsAndPieces() throws IOException {
        assertThat(console.run("tokenize", "--json", "-p", "<start_of_turn>user\nHello"))
                .isZero();

        assertThat(console.out().strip())
                .isEqualTo(
                        "{\"ids\":[2,4,286,9,1766],\"pieces\":[\"<bos>\",\"<start_of_turn>\",\"user\",\"\\n\",\"Hello\"]}");
    }

    @Test
    void tokenizeCanTakeTextAsNothingButText() throws IOException {
        assertThat(console.run("tokenize", "--json", "--no-special", "-p", "<bos>"))
                .isZero();
        assertThat(json(console.out()).get("ids").toString()).doesNotStartWith("[2");

        TestConsole second = new TestConsole("");
        assertThat(second.run("tokenize", "--json", "--no-bos", "-p", "Hello")).isZero();
        assertThat(json(second.out()).get("ids").toString()).isEqualTo("[1766]");
    }

    @Test
    void infoTellsWhatIsInTheFileAndWhatItNeeds() throws IOException {
        assertThat(console.run("info", "-c", "512")).isZero();
        assertThat(console.out())
                .contains("gemma3", "token_embd.weight", "Q4_0", "Memory for 512 tokens of context (K f16, V f16)");

        TestConsole second = new TestConsole("");
        assertThat(second.run("info", "--json", "-c", "1K", "-ctk", "f32")).isZero();
        JsonNode info = json(second.out());
        assertThat(info.get("architecture").textValue()).isEqualTo("gemma3");
        assertThat(info.get("tensors").size()).isGreaterThan(50);
        assertThat(info.get("metadata")
                        .get("tokenizer.ggml.tokens")
                        .get("length")
                        .intValue())
                .isEqualTo(4096);
        JsonNode memory = info.get("memory");
        assertThat(memory.get("context").intValue()).isEqualTo(1024);
        assertThat(memory.get("type_k").textValue()).isEqualTo("f32");
        assertThat(memory.get("total_bytes").longValue())
                .isEqualTo(memory.get("weights_bytes").longValue()
                        + memory.get("kv_bytes").longValue()
                        + memory.get("buffer_bytes").longValue());
    }

    @Test
    void logitsAreThoseOfTheAskedPosition() throws IOException {
        String tokens = "2,4,286,9,1766,5,9,4,294,9";
        assertThat(console.run("logits", "--tokens", tokens, "--json", "--cpu-kernels", "scalar"))
                .isZero();
        JsonNode last = json(console.out());
        assertThat(last.fieldNames()).toIterable().containsExactly("tokens", "position", "logits");
        assertThat(last.get("position").intValue()).isEqualTo(9);
        assertThat(last.get("logits")).hasSize(4096);
        assertThat(largest(last.get("logits"))).isEqualTo(1766);

        TestConsole middle = new TestConsole("");
        assertThat(middle.run("logits", "--tokens", tokens, "--position", "-6", "--json", "--cpu-kernels", "scalar"))
                .isZero();
        TestConsole prefix = new TestConsole("");
        assertThat(prefix.run("logits", "--tokens", "2,4,286,9,1766", "--json", "--cpu-kernels", "scalar"))
                .isZero();
        assertThat(json(middle.out()).get("position").intValue()).isEqualTo(4);
        assertThat(largest(json(middle.out()).get("logits")))
                .isEqualTo(largest(json(prefix.out()).get("logits")));
    }

    private static int largest(JsonNode logits) {
        int best = 0;
        for (int i = 1; i < logits.size(); i++) {
            best = logits.get(i).doubleValue() > logits.get(best).doubleValue() ? i : best;
        }
        return best;
    }

    @Test
    void logitsForPeopleNameTheTokens() {
        assertThat(console.run("logits", "--tokens", "2,4,286,9,1766,5,9,4,294,9", "--cpu-kernels", "scalar"))
                .isZero();

        assertThat(console.out()).hasLineCount(10);
        assertThat(console.out().lines().findFirst().orElseThrow()).contains("1766", "\"Hello\"");
    }

    @Test
    void perplexityEndsWithItsFigure(@TempDir Path directory) throws IOException {
        Path file =
                Files.writeString(directory.resolve("t.txt"), "GGUF is a file format for language models. ".repeat(8));

        assertThat(console.run(
                        "perplexity", "-f", file.toString(), "-c", "32", "--chunks", "2", "--cpu-kernels", "scalar"))
                .isZero();

        assertThat(console.out().lines().toList())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .matches("perplexity: \\d+\\.\\d\\d \\+/- \\d+\\.\\d\\d \\(\\d+ tokens scored\\)"),
                        line -> assertThat(line)
                                .matches(
                                        "K f16, V f16: \\d+ reads of a token's K and V, 0\\.0% of them in quantized tiles"));
        assertThat(console.err()).contains("[1]", "[2]");
    }

    @Test
    void perplexityComparesCaches(@TempDir Path directory) throws IOException {
        Path file =
                Files.writeString(directory.resolve("t.txt"), "GGUF is a file format for language models. ".repeat(40));

        assertThat(console.run(
                        "perplexity",
                        "-f",
                        file.toString(),
                        "-c",
                        "256",
                        "--chunks",
                        "1",
                        "-ctk",
                        "q4_0",
                        "-ctv",
                        "q8_0",
                        "--against",
                        "f16"))
                .isZero();

        assertThat(console.out().lines().toList()).hasSize(3);
        assertThat(console.out())
                .containsPattern(
                        "against f16: perplexity [\\d.]+, ratio (0\\.9|1\\.0)\\d+; KL divergence 0\\.\\d+ nats;")
                .containsPattern("K q4_0, V q8_0: \\d+ reads of a token's K and V, [1-9]\\d?\\.\\d% of them");
    }

    @Test
    void perplexityNeedsAChunkOfText() {
        assertThat(new TestConsole("").run("perplexity", "-p", "too short")).isEqualTo(1);
    }

    @Test
    void benchSpeaksLlamaBench() throws IOException {
        assertThat(console.run(
                        "bench",
                        "-o",
                        "json",
                        "-p",
                        "8",
                        "-n",
                        "2",
                        "-pg",
                        "4,2",
                        "-d",
                        "0,4",
                        "-r",
                        "2",
                        "-t",
                        "1",
                        "--cpu-kernels",
                        "vector"))
                .isZero();

        JsonNode results = json(console.out());
        assertThat(results).hasSize(6);
        assertThat(results.get(0).get("n_prompt").intValue()).isEqualTo(8);
        assertThat(results.get(1).get("n_gen").intValue()).isEqualTo(2);
        assertThat(results.get(5).get("n_depth").intValue()).isEqualTo(4);
        assertThat(results.get(0).get("samples_ts")).hasSize(2);
        assertThat(results.get(0).get("avg_ts").doubleValue()).isPositive();
        assertThat(results.get(0).get("n_threads").intValue()).isEqualTo(1);
        assertThat(results.get(0).get("model_type").textValue()).startsWith("gemma3 ");
    }

    @Test
    void chatAnswersEachPipedLine() {
        TestConsole piped = new TestConsole("Hello\n/stats\n\"\"\"\nWhat is\nGGUF?\n\"\"\"\n/nonsense\n");

        assertThat(piped.run(quick("chat"))).isZero();

        assertThat(piped.out().lines()).hasSize(2).first().isEqualTo(GREETING);
        assertThat(piped.out().lines().skip(1)).first().asString().startsWith("GGUF is");
        assertThat(piped.err()).contains("context", "There is no command '/nonsense'", "of 256]");
    }

    @Test
    void chatSaysWhenTheContextIsFull() {
        TestConsole piped = new TestConsole("Hello\nTell me a long story about a dragon.\nHello\n");

        assertThat(piped.run("chat", "--temp", "0", "--cpu-kernels", "scalar", "-c", "32"))
                .isZero();

        assertThat(piped.out()).startsWith(GREETING);
        assertThat(piped.err()).contains("The context of 32 tokens is full. /clear begins a new conversation");
    }

    @Test
    void aReaderThatGoesAwayEndsTheAnswerQuietly() {
        TestConsole closed = TestConsole.withoutReader();

        assertThat(closed.run(quick("run", "-p", "Hello"))).isEqualTo(141);
        assertThat(closed.err()).doesNotContain("Exception", "Broken pipe");
    }
}
