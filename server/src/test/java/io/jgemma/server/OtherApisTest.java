package io.jgemma.server;

import static io.jgemma.server.TestServer.GREETING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Completions, embeddings, responses and messages with bare HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OtherApisTest {
    private static final String TURN = "<start_of_turn>user\\nHello<end_of_turn>\\n<start_of_turn>model\\n";

    private final TestServer server = new TestServer();

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void completesTextsAndTokenIds() {
        JsonNode texts = server.post(
                        "/v1/completions", "{\"prompt\":[\"" + TURN + "\",\"" + TURN + "\"],\"temperature\":0}")
                .json();
        JsonNode ids = server.post(
                        "/v1/completions",
                        "{\"prompt\":[2,4,286,9,1766,5,9,4,294,9],\"temperature\":0,\"max_tokens\":3,\"logprobs\":2}")
                .json();

        assertThat(texts.get("object").textValue()).isEqualTo("text_completion");
        assertThat(texts.get("choices")).hasSize(2);
        assertThat(texts.get("choices").get(1).get("text").textValue()).isEqualTo(GREETING);
        assertThat(texts.get("usage").get("prompt_tokens").intValue()).isEqualTo(20);
        JsonNode choice = ids.get("choices").get(0);
        assertThat(choice.get("text").textValue()).isEqualTo("Hello! How");
        assertThat(choice.get("logprobs").get("tokens").get(0).textValue()).isEqualTo("Hello");
        assertThat(choice.get("logprobs").get("top_logprobs").get(0)).hasSize(2);
        assertThat(choice.get("logprobs").get("text_offset").toString()).isEqualTo("[0,5,6]");
    }

    @Test
    void streamsAndEchoesCompletions() {
        List<TestServer.Event> events = server.post(
                        "/v1/completions",
                        "{\"prompt\":\"" + TURN
                                + "\",\"temperature\":0,\"stream\":true,\"echo\":true,\"max_tokens\":2}")
                .events();

        StringBuilder text = new StringBuilder();
        events.forEach(event ->
                text.append(event.data().get("choices").get(0).get("text").textValue()));
        assertThat(text.toString()).startsWith("<start_of_turn>user\nHello").endsWith("Hello!");
        assertThat(events.getLast()
                        .data()
                        .get("choices")
                        .get(0)
                        .get("finish_reason")
                        .textValue())
                .isEqualTo("length");
        TestServer.Answer suffix = server.post("/v1/completions", "{\"prompt\":\"a\",\"suffix\":\"b\"}");
        assertThat(suffix.status()).isEqualTo(400);
        assertThat(suffix.error().get("param").textValue()).isEqualTo("suffix");
    }

    @Test
    void embedsTextsAsNumbersAndInBase64() {
        JsonNode numbers = server.post("/v1/embeddings", "{\"input\":[\"A river\",\"A lake\"]}")
                .json();
        JsonNode base64 = server.post("/v1/embeddings", "{\"input\":\"A river\",\"encoding_format\":\"base64\"}")
                .json();

        JsonNode vector = numbers.get("data").get(0).get("embedding");
        double length = 0;
        for (JsonNode value : vector) {
            length += value.doubleValue() * value.doubleValue();
        }
        assertThat(length).isCloseTo(1, within(1e-4));
        assertThat(numbers.get("data").get(1).get("index").intValue()).isEqualTo(1);
        float first = ByteBuffer.wrap(Base64.getDecoder()
                        .decode(base64.get("data").get(0).get("embedding").textValue()))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getFloat();
        assertThat(first).isCloseTo(vector.get(0).floatValue(), within(1e-6f));
    }

    @Test
    void speaksAnthropicsMessages() {
        String tool =
                "{\"name\":\"get_weather\",\"description\":\"Get the weather forecast.\",\"input_schema\":{\"type\":\"object\","
                        + "\"required\":[\"city\",\"days\"],\"properties\":{\"city\":{\"type\":\"string\"},\"days\":{\"type\":\"integer\"}}}}";
        String ask = "\"temperature\":0,\"max_tokens\":64,\"tools\":[" + tool
                + "],\"messages\":[{\"role\":\"user\",\"content\":\"" + TestServer.WEATHER + "\"}";
        JsonNode call = server.post("/v1/messages", "{" + ask + "]}").json();
        String id = call.get("content").get(0).get("id").textValue();
        JsonNode answer = server.post(
                        "/v1/messages",
                        "{" + ask + ",{\"role\":\"assistant\",\"content\":"
                                + call.get("content")
                                + "},{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"" + id
                                + "\",\"content\":[{\"type\":\"text\",\"text\":\"{\\\"temp\\\": 21, \\\"condition\\\": \\\"sunny\\\"}\"}]}]}]}")
                .json();

        assertThat(call.get("stop_reason").textValue()).isEqualTo("tool_use");
        assertThat(call.get("content").get(0).get("input").toString()).isEqualTo("{\"city\":\"Paris\",\"days\":3}");
        assertThat(answer.get("content").get(0).get("text").textValue())
                .isEqualTo("It is 21 degrees and sunny in Paris.");
        assertThat(answer.get("stop_reason").textValue()).isEqualTo("end_turn");
        assertThat(server.post(
                                "/v1/messages/count_tokens",
                                "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}")
                        .json()
                        .get("input_tokens")
                        .intValue())
                .isEqualTo(10);
        TestServer.Answer error =
                server.post("/v1/messages", "{\"messages\":[{\"role\":\"judge\",\"content\":\"a\"}]}");
        assertThat(error.json().get("type").textValue()).isEqualTo("error");
    }

    @Test
    void streamsAnthropicsMessagesInTheirOrder() {
        List<TestServer.Event> events = server.post(
                        "/v1/messages",
                        "{\"stream\":true,\"temperature\":0,\"max_tokens\":64,\"system\":[{\"type\":\"text\",\"text\":\"Be brief.\"}],"
                                + "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hello\"}]}]}")
                .events();

        assertThat(events.getFirst().name()).isEqualTo("message_start");
        assertThat(events.get(1).name()).isEqualTo("content_block_start");
        assertThat(events.get(2).name()).isEqualTo("content_block_delta");
        assertThat(events.get(events.size() - 3).name()).isEqualTo("content_block_stop");
        assertThat(events.get(events.size() - 2)
                        .data()
                        .get("delta")
                        .get("stop_reason")
                        .textValue())
                .isEqualTo("end_turn");
        assertThat(events.getLast().name()).isEqualTo("message_stop");
        assertThat(events)
                .allSatisfy(event ->
                        assertThat(event.data().get("type").textValue()).isEqualTo(event.name()));
    }

    @Test
    void speaksResponses() {
        JsonNode json = server.post("/v1/responses", "{\"model\":\"demo\",\"temperature\":0,\"input\":\"Hello\"}")
                .json();
        assertThat(json.get("object").textValue()).isEqualTo("response");
        assertThat(json.get("status").textValue()).isEqualTo("completed");
        assertThat(json.get("output").get(0).get("content").get(0).get("text").textValue())
                .isEqualTo(GREETING);
        for (String name : List.of(
                "id",
                "created_at",
                "error",
                "incomplete_details",
                "instructions",
                "metadata",
                "model",
                "output",
                "parallel_tool_calls",
                "temperature",
                "tool_choice",
                "tools",
                "top_p")) {
            assertThat(json.has(name)).as(name).isTrue();
        }
        JsonNode cut = server.post("/v1/responses", "{\"temperature\":0,\"max_output_tokens\":2,\"input\":\"Hello\"}")
                .json();
        assertThat(cut.get("status").textValue()).isEqualTo("incomplete");
        assertThat(cut.get("incomplete_details").get("reason").textValue()).isEqualTo("max_output_tokens");
        assertThat(server.post("/v1/responses", "{\"input\":\"a\",\"previous_response_id\":\"resp_1\"}")
                        .error()
                        .get("param")
                        .textValue())
                .isEqualTo("previous_response_id");
    }

    @Test
    void streamsResponsesInTheirOrderWithCalls() {
        String tool =
                "{\"type\":\"function\",\"name\":\"get_weather\",\"description\":\"Get the weather forecast.\",\"strict\":true,"
                        + "\"parameters\":{\"type\":\"object\",\"required\":[\"city\",\"days\"],"
                        + "\"properties\":{\"city\":{\"type\":\"string\"},\"days\":{\"type\":\"integer\"}}}}";
        String ask = "\"temperature\":0,\"tools\":[" + tool
                + ",{\"type\":\"local_shell\"}],\"input\":[{\"role\":\"user\",\"content\":"
                + "[{\"type\":\"input_text\",\"text\":\"" + TestServer.WEATHER + "\"}]}";
        List<TestServer.Event> events =
                server.post("/v1/responses", "{\"stream\":true," + ask + "]}").events();
        JsonNode answer = server.post(
                        "/v1/responses",
                        "{" + ask
                                + ",{\"type\":\"function_call\",\"id\":\"fc_1\",\"call_id\":\"c\",\"name\":\"get_weather\","
                                + "\"arguments\":\"{\\\"city\\\":\\\"Paris\\\",\\\"days\\\":3}\"},{\"type\":\"function_call_output\",\"call_id\":\"c\","
                                + "\"output\":\"{\\\"temp\\\": 21, \\\"condition\\\": \\\"sunny\\\"}\"}]}")
                .json();

        assertThat(events.stream().map(TestServer.Event::name))
                .containsExactly(
                        "response.created",
                        "response.in_progress",
                        "response.output_item.added",
                        "response.function_call_arguments.delta",
                        "response.function_call_arguments.done",
                        "response.output_item.done",
                        "response.completed");
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).data().get("sequence_number").intValue()).isEqualTo(i);
        }
        assertThat(answer.get("output").get(0).get("content").get(0).get("text").textValue())
                .isEqualTo("It is 21 degrees and sunny in Paris.");
    }

    @Test
    void countsForPrometheus() {
        server.post("/v1/chat/completions", TestServer.HELLO + "}");
        String longest = server.get("/metrics").body();
        server.post("/v1/embeddings", "{\"input\":\"" + "a river ".repeat(300) + "\"}");

        String metrics = server.get("/metrics").body();

        assertThat(count(longest, "llamacpp:n_tokens_max")).isBetween(10.0, 600.0);
        assertThat(count(metrics, "llamacpp:n_tokens_max")).isGreaterThan(600);
        assertThat(count(metrics, "llamacpp:prompt_tokens_total") - count(longest, "llamacpp:prompt_tokens_total"))
                .isGreaterThan(600);
        assertThat(metrics)
                .contains(
                        "llamacpp:prompt_tokens_total ",
                        "llamacpp:tokens_predicted_total ",
                        "llamacpp:requests_processing ",
                        "llamacpp:requests_deferred ",
                        "llamacpp:n_decode_total ",
                        "jgemma_time_to_first_token_seconds_bucket",
                        "jgemma_time_between_tokens_seconds_bucket",
                        "jgemma_kv_bytes{state=\"used\"}",
                        "jgemma_memory_bytes{of=\"weights\"}",
                        "jgemma_device_memory_bytes{device=\"cpu\"}");
    }

    private static double count(String metrics, String name) {
        return metrics.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theDashboardShowsWhatIsCounted() throws IOException {
        server.post("/v1/chat/completions", TestServer.HELLO + "}");
        String metrics = server.get("/metrics").body();
        JsonNode dashboard = TestServer.read(Files.readString(Path.of("../docs/server/grafana.json")));

        List<String> names = dashboard.findValuesAsText("expr").stream()
                .flatMap(query -> Pattern.compile("(llamacpp:|jgemma_)\\w+")
                        .matcher(query)
                        .results()
                        .map(MatchResult::group))
                .toList();

        assertThat(names)
                .hasSizeGreaterThan(20)
                .allSatisfy(name -> assertThat(metrics).containsPattern("(?m)^" + name + "[ {]"));
    }
}
