package io.jgemma.server;

import static io.jgemma.server.TestServer.GREETING;
import static io.jgemma.server.TestServer.HELLO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Chat completions with bare HTTP: what stands in answers, chunks and errors. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChatCompletionsTest {
    private static final String PATH = "/v1/chat/completions";
    private final TestServer server = new TestServer();

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void answersWithEveryFieldThatClientsRequire() {
        TestServer.Answer answer = server.post(PATH, HELLO + ",\"model\":\"demo\"}");

        assertThat(answer.status()).isEqualTo(200);
        JsonNode json = answer.json();
        assertThat(json.get("id").textValue()).startsWith("chatcmpl-");
        assertThat(json.get("object").textValue()).isEqualTo("chat.completion");
        assertThat(json.get("created").isIntegralNumber()).isTrue();
        assertThat(json.get("model").textValue()).isEqualTo("demo");
        JsonNode choice = json.get("choices").get(0);
        assertThat(choice.get("finish_reason").textValue()).isEqualTo("stop");
        assertThat(choice.get("logprobs").isNull()).isTrue();
        assertThat(choice.get("message").toString())
                .isEqualTo("{\"role\":\"assistant\",\"content\":\"" + GREETING + "\",\"refusal\":null}");
        assertThat(json.get("usage").get("prompt_tokens").intValue()).isEqualTo(10);
        assertThat(json.get("usage").get("total_tokens").intValue())
                .isEqualTo(10 + json.get("usage").get("completion_tokens").intValue());
        assertThat(json.get("timings").get("predicted_n").intValue()).isPositive();
    }

    @Test
    void streamsTheSameAnswerInTheFormThatAllClientsRead() {
        TestServer.Answer answer =
                server.post(PATH, HELLO + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");

        assertThat(answer.headers().firstValue("content-type")).contains("text/event-stream");
        assertThat(answer.body()).endsWith("data: [DONE]\n\n").doesNotContain("\r");
        List<TestServer.Event> events = answer.events();
        assertThat(delta(events.getFirst()).toString()).isEqualTo("{\"role\":\"assistant\",\"content\":\"\"}");
        assertThat(text(events)).isEqualTo(GREETING);
        for (TestServer.Event event : events.subList(0, events.size() - 1)) {
            assertThat(event.data().has("usage")).isFalse();
            assertThat(event.data().get("choices")).hasSize(1);
            assertThat(event.data().get("choices").get(0).has("finish_reason")).isTrue();
        }
        JsonNode last = events.getLast().data();
        assertThat(last.get("choices")).isEmpty();
        assertThat(last.get("usage").get("prompt_tokens").intValue()).isEqualTo(10);
        assertThat(events)
                .allSatisfy(event -> assertThat(event.data().has("error")).isFalse());
    }

    private static JsonNode delta(TestServer.Event event) {
        return event.data().get("choices").get(0).get("delta");
    }

    private static String text(List<TestServer.Event> events) {
        StringBuilder text = new StringBuilder();
        for (TestServer.Event event : events) {
            JsonNode choices = event.data().get("choices");
            if (!choices.isEmpty()) {
                text.append(choices.get(0).get("delta").path("content").asText(""));
            }
        }
        return text.toString();
    }

    @Test
    void callsToolsWithIdAndNameOnce() {
        String body = "{\"temperature\":0,\"stream\":true,\"tools\":[" + TestServer.WEATHER_TOOL
                + ",{\"type\":\"web_search\"}],\"messages\":[{\"role\":\"user\",\"content\":\"" + TestServer.WEATHER
                + "\"}]}";

        List<TestServer.Event> events = server.post(PATH, body).events();

        List<JsonNode> calls = new ArrayList<>();
        for (TestServer.Event event : events) {
            if (delta(event).has("tool_calls")) {
                calls.add(delta(event).get("tool_calls").get(0));
            }
        }
        assertThat(calls).hasSize(2);
        assertThat(calls.get(0).get("function").toString()).isEqualTo("{\"name\":\"get_weather\",\"arguments\":\"\"}");
        assertThat(calls.get(0).get("id").textValue()).startsWith("call_");
        assertThat(calls.get(1).get("index").intValue()).isZero();
        assertThat(calls.get(1).has("id")).isFalse();
        assertThat(calls.get(1).get("function").toString())
                .isEqualTo("{\"arguments\":\"{\\\"city\\\":\\\"Paris\\\",\\\"days\\\":3}\"}");
        assertThat(events.getLast()
                        .data()
                        .get("choices")
                        .get(0)
                        .get("finish_reason")
                        .textValue())
                .isEqualTo("tool_calls");
    }

    @Test
    void usesTheResultOfATool() {
        String body = "{\"temperature\":0,\"tools\":[" + TestServer.WEATHER_TOOL + "],\"messages\":["
                + "{\"role\":\"user\",\"content\":\"" + TestServer.WEATHER + "\"},"
                + "{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"x\",\"type\":\"function\",\"function\":"
                + "{\"name\":\"get_weather\",\"arguments\":\"{\\\"city\\\":\\\"Paris\\\",\\\"days\\\":3}\"}}]},"
                + "{\"role\":\"tool\",\"tool_call_id\":\"x\",\"content\":\"{\\\"temp\\\": 21, \\\"condition\\\": \\\"sunny\\\"}\"}]}";

        JsonNode message = server.post(PATH, body).json().get("choices").get(0).get("message");

        assertThat(message.get("content").textValue()).isEqualTo("It is 21 degrees and sunny in Paris.");
    }

    @Test
    void tellsHowLikelyTokensWere() {
        JsonNode json = server.post(PATH, HELLO + ",\"logprobs\":true,\"top_logprobs\":3,\"max_tokens\":4}")
                .json();

        JsonNode tokens = json.get("choices").get(0).get("logprobs").get("content");
        assertThat(tokens).hasSize(4);
        assertThat(tokens.get(0).get("token").textValue()).isEqualTo("Hello");
        assertThat(tokens.get(0).get("bytes").toString()).isEqualTo("[72,101,108,108,111]");
        assertThat(tokens.get(0).get("top_logprobs")).hasSize(3);
        assertThat(tokens.get(0).get("top_logprobs").get(0).get("logprob").doubleValue())
                .isCloseTo(tokens.get(0).get("logprob").doubleValue(), within(1e-6));
        assertThat(json.get("choices").get(0).get("finish_reason").textValue()).isEqualTo("length");
        List<TestServer.Event> events = server.post(
                        PATH, HELLO + ",\"logprobs\":true,\"top_logprobs\":3,\"max_tokens\":4,\"stream\":true}")
                .events();
        List<JsonNode> streamed = new ArrayList<>();
        events.forEach(event -> event.data()
                .get("choices")
                .get(0)
                .path("logprobs")
                .path("content")
                .forEach(streamed::add));
        assertThat(streamed).hasSize(4);
    }

    @Test
    void givesSeveralAnswersWithSeedsOfTheirOwn() {
        String body = "{\"seed\":1,\"temperature\":50,\"top_k\":0,\"top_p\":1,\"n\":3,\"max_tokens\":12,"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]";
        JsonNode choices = server.post(PATH, body + "}").json().get("choices");

        Set<String> answers = new HashSet<>();
        choices.forEach(
                choice -> answers.add(choice.get("message").get("content").textValue()));
        assertThat(choices).hasSize(3);
        assertThat(answers).hasSizeGreaterThan(1);
        Set<Integer> indexes = new HashSet<>();
        server.post(PATH, body + ",\"stream\":true}")
                .events()
                .forEach(event -> indexes.add(
                        event.data().get("choices").get(0).get("index").intValue()));
        assertThat(indexes).containsExactlyInAnyOrder(0, 1, 2);
    }

    @Test
    void stopsAtStringsAndForbidsTokens() {
        JsonNode stopped = server.post(PATH, HELLO + ",\"stop\":[\" can\"]}").json();
        JsonNode forbidden = server.post(PATH, HELLO + ",\"max_tokens\":1,\"logit_bias\":{\"1766\":-100}}")
                .json();
        JsonNode byName = server.post(PATH, HELLO + ",\"max_tokens\":1,\"logit_bias\":[[\"Hello\",false]]}")
                .json();

        assertThat(content(stopped)).isEqualTo("Hello! How");
        assertThat(stopped.get("choices").get(0).get("finish_reason").textValue())
                .isEqualTo("stop");
        assertThat(content(forbidden)).isNotEqualTo("Hello");
        assertThat(content(byName)).isNotEqualTo("Hello");
    }

    private static String content(JsonNode completion) {
        return completion.get("choices").get(0).get("message").get("content").textValue();
    }

    @Test
    void takesZeroTokensAtItsWord() {
        JsonNode json = server.post(PATH, HELLO + ",\"max_tokens\":0}").json();

        assertThat(content(json)).isEmpty();
        assertThat(json.get("choices").get(0).get("finish_reason").textValue()).isEqualTo("length");
    }

    @Test
    void showsProgressOfThePrompt() {
        List<TestServer.Event> events = server.post(PATH, HELLO + ",\"stream\":true,\"return_progress\":true}")
                .events();

        JsonNode progress = events.get(1).data().get("prompt_progress");
        assertThat(progress.get("total").intValue()).isEqualTo(10);
        assertThat(delta(events.getFirst()).has("role")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // A developer's and several system messages, late ones too.
                "{\"role\":\"developer\",\"content\":\"Be kind.\"},{\"role\":\"user\",\"content\":\"Hello\"},"
                        + "{\"role\":\"system\",\"content\":\"Be brief.\"}",
                // Neighbours of one role; a name that is not ASCII.
                "{\"role\":\"user\",\"content\":\"[a.txt]\\ntext\"},{\"role\":\"user\",\"name\":\"切换\",\"content\":\"Hello\"}",
                // A conversation that was cut in front.
                "{\"role\":\"assistant\",\"content\":\"Yes.\"},{\"role\":\"user\",\"content\":\"Hello\"}",
                "{\"role\":\"tool\",\"tool_call_id\":\"gone\",\"content\":\"21\"},{\"role\":\"user\",\"content\":\"Hello\"}",
                // No content, no calls, an empty answer at the end.
                "{\"role\":\"user\",\"content\":\"Hello\"},{\"role\":\"assistant\",\"tool_calls\":[]},"
                        + "{\"role\":\"user\",\"content\":\"Hello\"},{\"role\":\"assistant\",\"content\":null}",
                "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hel\"},{\"type\":\"text\",\"text\":\"lo\"}]}",
                "{\"role\":\"user\",\"content\":\"Hello \\/ slash\"}",
                // Arguments that are no object.
                "{\"role\":\"user\",\"content\":\"Hello\"},{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"x\","
                        + "\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"not JSON\"}}]},"
                        + "{\"role\":\"tool\",\"tool_call_id\":\"x\",\"content\":\".\"}"
            })
    void takesConversationsAsClientsSendThem(String messages) {
        TestServer.Answer answer = server.post(PATH, "{\"max_tokens\":2,\"messages\":[" + messages + "]}");

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"reasoning_effort\":\"none\"",
                "\"reasoning\":{\"effort\":\"high\",\"max_tokens\":512}",
                "\"chat_template_kwargs\":{\"enable_thinking\":false}",
                "\"enable_thinking\":true",
                "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}",
                "\"thinking_budget\":0",
                "\"reasoning_format\":\"deepseek\"",
                "\"user\":\"u\",\"metadata\":{\"a\":\"b\"},\"store\":true,\"prompt_cache_key\":\"k\",\"verbosity\":\"low\"",
                "\"response_format\":{\"type\":\"text\"},\"tool_choice\":\"auto\",\"parallel_tool_calls\":true",
                "\"repetition_penalty\":1.1,\"min_p\":0.05,\"top_k\":40,\"typical_p\":1,\"seed\":-1",
                "\"mirostat\":0,\"dry_multiplier\":0.0,\"xtc_probability\":0,\"cache_prompt\":true,\"id_slot\":-1",
                "\"temperature\":-1,\"max_completion_tokens\":null,\"stop\":null,\"tools\":null,\"n\":null"
            })
    void takesFieldsAsClientsSendThem(String fields) {
        TestServer.Answer answer = server.post(
                PATH, "{\"max_tokens\":2,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]," + fields + "}");

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|messages|messages is missing",
                "{\"messages\":[]}|messages|messages is empty",
                "{\"messages\":\"x\"}|messages|messages is a string; expected an array",
                "{\"messages\":[{\"content\":\"x\"}]}|messages[0].role|messages[0].role is missing",
                "{\"messages\":[{\"role\":\"judge\"}]}|messages[0].role|is 'judge'",
                "{\"messages\":[{\"role\":\"user\",\"content\":7}]}|messages[0].content|not readable",
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\"}]}]}|messages[0].content[0].type|no audio",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"temperature\":\"hot\"}|temperature|is a string",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"top_p\":2}|top_p|expected 0.0 to 1.0",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"n\":99}|n|expected 1 to 16",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"mirostat\":2}|mirostat|does not have",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"logit_bias\":{\"999999\":1}}|logit_bias|999999",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"tools\":[{\"type\":\"function\",\"function\":{}}]}"
                        + "|tools[0].function.name|is missing",
            })
    void refusesWithTheNameOfTheField(String body, String param, String message) {
        TestServer.Answer answer = server.post(PATH, body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().get("param").textValue()).isEqualTo(param);
        assertThat(answer.error().get("message").textValue()).contains(message);
        assertThat(answer.error().get("type").textValue()).isEqualTo("invalid_request_error");
        assertThat(answer.error().get("code").isInt()).isTrue();
    }

    @Test
    void refusesALongPromptBeforeAStreamBegins() {
        String body = "{\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"" + "many words ".repeat(2000)
                + "\"}]}";

        TestServer.Answer answer = server.post(PATH, body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().get("type").textValue()).isEqualTo("exceed_context_size_error");
        assertThat(answer.error().get("n_ctx").intValue()).isEqualTo(1024);
        assertThat(answer.error().get("n_prompt_tokens").intValue()).isGreaterThan(1024);
    }

    @Test
    void knowsItsModelsAndNoOthers() {
        assertThat(server.post(PATH, HELLO + ",\"model\":\"demo-alias\",\"max_tokens\":1}")
                        .json()
                        .get("model")
                        .textValue())
                .isEqualTo("demo");
        TestServer.Answer unknown = server.post(PATH, HELLO + ",\"model\":\"gpt-9\"}");
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.error().get("message").textValue()).contains("gpt-9");
    }

    @Test
    void answersWithoutTheVersionInThePath() {
        assertThat(server.post("/chat/completions", HELLO + ",\"max_tokens\":1}")
                        .status())
                .isEqualTo(200);
        assertThat(server.get("/models").json().get("data").get(0).get("id").textValue())
                .isEqualTo("demo");
    }

    @Test
    void saysWhichMethodsAndPathsThereAre() {
        TestServer.Answer method = server.get(PATH);
        assertThat(method.status()).isEqualTo(405);
        assertThat(method.headers().firstValue("allow")).contains("POST");
        TestServer.Answer path = server.post("/v1/nothing", "{}");
        assertThat(path.status()).isEqualTo(404);
        assertThat(path.error().get("type").textValue()).isEqualTo("not_found_error");
    }
}
