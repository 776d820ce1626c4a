package io.jgemma.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.lifecycle.Lifespan;
import net.jqwik.api.lifecycle.Store;
import org.junit.jupiter.api.Assumptions;

/** Requests that mean no good: none may end in 500, nor leave anything behind. */
class HostileTest {
    private static final List<String> PATHS = List.of(
            "/v1/chat/completions",
            "/v1/completions",
            "/v1/responses",
            "/v1/messages",
            "/v1/messages/count_tokens",
            "/v1/embeddings",
            "/completion",
            "/infill",
            "/tokenize",
            "/detokenize",
            "/apply-template");

    private static final List<String> NAMES = List.of(
            "model",
            "messages",
            "prompt",
            "input",
            "content",
            "role",
            "tools",
            "tool_choice",
            "stream",
            "stream_options",
            "n",
            "max_tokens",
            "max_completion_tokens",
            "n_predict",
            "temperature",
            "top_p",
            "top_k",
            "seed",
            "stop",
            "logit_bias",
            "logprobs",
            "top_logprobs",
            "response_format",
            "tool_calls",
            "function",
            "name",
            "arguments",
            "parameters",
            "system",
            "instructions",
            "tokens",
            "encoding_format",
            "dimensions",
            "keep_alive",
            "reasoning",
            "thinking",
            "type",
            "text",
            "chat_template_kwargs",
            "input_prefix",
            "input_suffix",
            "strict",
            "properties",
            "n_probs",
            "image_url");

    private static final List<String> LEAVES = List.of(
            "null",
            "true",
            "false",
            "0",
            "1",
            "-1",
            "2147483648",
            "1e400",
            "-0.0",
            "\"\"",
            "\"user\"",
            "\"assistant\"",
            "\"tool\"",
            "\"system\"",
            "\"<end_of_turn>\"",
            "\"\\ud800\"",
            "\"\\u0000\"",
            "\"function\"",
            "\"demo\"",
            "[]",
            "{}",
            "\"auto\"");

    private static TestServer server() {
        return Store.getOrCreate(
                        "server",
                        Lifespan.RUN,
                        () -> new TestServer(
                                options -> options.maxAnswerTokens(2).maxBodyBytes(2 << 20)))
                .get();
    }

    @BeforeContainer
    static void start() {
        server();
    }

    @AfterContainer
    static void nothingIsLeft() {
        TestServer server = server();
        assertThat(server.get("/health").status()).isEqualTo(200);
        assertThat(server.server().requests()).isZero();
        // A request with "keep_alive": 0 may have unloaded the model.
        server.server().models().list().getFirst().status().ifPresent(status -> {
            assertThat(status.running()).isZero();
            assertThat(status.kv().usedBytes()).isZero();
        });
        server.close();
    }

    @Provide
    Arbitrary<String> json() {
        return Arbitraries.recursive(
                () -> Arbitraries.of(LEAVES),
                inner -> Arbitraries.oneOf(
                        Combinators.combine(Arbitraries.of(NAMES), inner, Arbitraries.of(NAMES), inner)
                                .as((first, one, second, other) ->
                                        "{\"" + first + "\":" + one + ",\"" + second + "\":" + other + "}"),
                        inner.list().ofMaxSize(3).map(items -> "[" + String.join(",", items) + "]")),
                0,
                3);
    }

    @Provide
    Arbitrary<String> requests() {
        Arbitrary<String> valid = Arbitraries.of(
                "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]",
                "\"prompt\":\"a\"",
                "\"input\":\"a\"",
                "\"content\":\"a\"");
        Arbitrary<String> field =
                Combinators.combine(Arbitraries.of(NAMES), json()).as((name, value) -> "\"" + name + "\":" + value);
        return Combinators.combine(valid, field, field, field)
                .as((base, a, b, c) -> "{" + base + "," + a + "," + b + "," + c + "}");
    }

    @Provide
    Arbitrary<String> paths() {
        return Arbitraries.of(PATHS);
    }

    @Property(tries = 300)
    void answersMalformedFieldsWithoutFailing(@ForAll("paths") String path, @ForAll("requests") String body) {
        int status = server().post(path, body).status();

        assertThat(status).as(path + " " + body).isIn(200, 400, 404, 413);
    }

    /** 10,000 further ones with {@code -Djgemma.long=true}. */
    @Example
    void answersTenThousandMalformedRequests() {
        Assumptions.assumeTrue(Boolean.getBoolean("jgemma.long"));
        Map<Integer, Integer> statuses = new TreeMap<>();
        Combinators.combine(paths(), requests())
                .as((path, body) -> new String[] {path, body})
                .sampleStream()
                .limit(10_000)
                .forEach(drawn -> {
                    int status = server().post(drawn[0], drawn[1]).status();
                    statuses.merge(status, 1, Integer::sum);
                    assertThat(status).as(drawn[0] + " " + drawn[1]).isIn(200, 400, 404, 413);
                });
        System.out.println("hostile requests by status: " + statuses);
    }

    @Property(tries = 100)
    void answersBrokenBytesWithoutFailing(@ForAll("paths") String path, @ForAll byte[] bytes) {
        TestServer server = server();
        int status = server.send(server.request(path).POST(HttpRequest.BodyPublishers.ofByteArray(bytes)))
                .status();

        assertThat(status).isEqualTo(400);
    }
}
