package io.jgemma.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Requests as FlowDown sends them, and answers read by its rules. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FlowDownTest {
    private static final String PATH = "/v1/chat/completions";

    private final TestServer server = new TestServer();

    /** A model that thinks before it answers: its template leaves the prompt inside a block of thoughts. */
    private final TestServer thinking = new TestServer(
            options -> {},
            engine -> engine.withContextTokens(256)
                    .withChatTemplate(
                            "{{ bos_token }}{% for m in messages %}<start_of_turn>{{ m.role }}\n{{ m.content }}"
                                    + "<end_of_turn>\n{% endfor %}<start_of_turn>model\n<think>\n"));

    @AfterAll
    void stop() {
        server.close();
        thinking.close();
    }

    private FlowDownReader ask(String body) {
        return FlowDownReader.read(
                server.send(server.request(PATH, "Authorization", "Bearer ", "Accept", "text/event-stream")
                                .POST(java.net.http.HttpRequest.BodyPublishers.ofString(body)))
                        .body());
    }

    @Test
    void verifiesTheModel() {
        FlowDownReader reader = ask(
                "{\"model\":\"demo\",\"stream\":true,\"max_completion_tokens\":512,\"messages\":["
                        + "{\"role\":\"system\",\"content\":\"Reply YES to every query.\"},{\"role\":\"user\",\"content\":\"YES or NO\"}]}");

        assertThat(reader.text()).isNotEmpty();
    }

    @Test
    void chatsWithAttachmentsOfTheirOwnMessages() {
        FlowDownReader reader = ask(
                "{\"model\":\"demo\",\"stream\":true,\"temperature\":0.75,\"max_completion_tokens\":16,"
                        + "\"messages\":[{\"role\":\"system\",\"content\":\"You are helpful.\\nCurrent date: 2026-11-30 18:00:01\"},"
                        + "{\"role\":\"user\",\"content\":\"[notes.txt]\\nrivers\\/lakes\"},{\"role\":\"user\",\"content\":\"Hello\"}]}");

        assertThat(reader.text()).isNotEmpty();
    }

    @Test
    void callsAStrictToolAndAnswersWithItsResult() {
        String tools = "\"tools\":["
                + TestServer.WEATHER_TOOL.replace("\"description\"", "\"strict\":true,\"description\"") + "]";
        FlowDownReader first =
                ask("{\"model\":\"demo\",\"stream\":true,\"temperature\":0,\"max_completion_tokens\":256," + tools
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"" + TestServer.WEATHER + "\"}]}");
        FlowDownReader.Call call = first.calls().getFirst();
        FlowDownReader second =
                ask("{\"model\":\"demo\",\"stream\":true,\"temperature\":0,\"max_completion_tokens\":256," + tools
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"" + TestServer.WEATHER
                        + "\"},{\"role\":\"assistant\",\"tool_calls\":"
                        + "[{\"id\":\"" + call.id
                        + "\",\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"arguments\":\""
                        + call.arguments.toString().replace("\"", "\\\"")
                        + "\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"" + call.id
                        + "\",\"content\":\"{\\\"temp\\\": 21, \\\"condition\\\": \\\"sunny\\\"}\"}]}");

        assertThat(first.calls()).hasSize(1);
        assertThat(call.name.toString()).isEqualTo("get_weather");
        assertThat(TestServer.read(call.arguments.toString()).isObject()).isTrue();
        assertThat(second.text()).isEqualTo("It is 21 degrees and sunny in Paris.");
    }

    @Test
    void writesTitlesWithoutAStream() {
        JsonNode json = server.post(
                        PATH,
                        "{\"model\":\"demo\",\"stream\":false,\"max_completion_tokens\":64,\"messages\":["
                                + "{\"role\":\"system\",\"content\":\"Generate a 3-5 word title summarizing this conversation.\"},"
                                + "{\"role\":\"user\",\"content\":\"<conversation><last_user_message>Hello<\\/last_user_message>"
                                + "<\\/conversation>\"}]}")
                .json();

        assertThat(json.get("created").isIntegralNumber()).isTrue();
        assertThat(json.get("model").isTextual()).isTrue();
        assertThat(json.get("choices").get(0).get("message").get("role").textValue())
                .isEqualTo("assistant");
    }

    @Test
    void readsThoughtsApart() {
        String stream = thinking.post(
                        PATH,
                        "{\"stream\":true,\"temperature\":0,\"max_tokens\":4,\"messages\":"
                                + "[{\"role\":\"user\",\"content\":\"Hello\"}]}")
                .body();
        JsonNode inline = thinking.post(
                        PATH,
                        "{\"reasoning_format\":\"none\",\"temperature\":0,\"max_tokens\":4,\"messages\":"
                                + "[{\"role\":\"user\",\"content\":\"Hello\"}]}")
                .json();

        FlowDownReader reader = FlowDownReader.read(stream);
        assertThat(reader.reasoning()).isEqualTo("Hello! How can");
        assertThat(reader.text()).isEmpty();
        assertThat(inline.get("choices").get(0).get("message").get("content").textValue())
                .isEqualTo("<think>Hello! How can</think>");
        assertThat(inline.get("usage")
                        .get("completion_tokens_details")
                        .get("reasoning_tokens")
                        .intValue())
                .isEqualTo(4);
    }

    @Test
    void keepsEqualBeginningsWhateverTheOrderOfAToolsKeys() {
        String one = "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"tools\":[" + TestServer.WEATHER_TOOL
                + "]}";
        String other = "{\"tools\":[{\"function\":{\"parameters\":{\"properties\":{\"days\":{\"type\":\"integer\"},"
                + "\"city\":{\"type\":\"string\"}},\"required\":[\"city\",\"days\"],\"type\":\"object\"},"
                + "\"description\":\"Get the weather forecast.\",\"name\":\"get_weather\"},\"type\":\"function\"}],"
                + "\"messages\":[{\"content\":\"Hello\",\"role\":\"user\"}]}";

        assertThat(server.post("/apply-template", other).body())
                .isEqualTo(server.post("/apply-template", one).body());
    }

    @Test
    void isToldOfErrorsByNumber() {
        JsonNode error = server.post(
                        PATH,
                        "{\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"" + "word ".repeat(3000)
                                + "\"}]}")
                .error();

        assertThat(error.get("message").isTextual()).isTrue();
        assertThat(error.get("code").intValue()).isEqualTo(400);
        assertThatThrownBy(() ->
                        FlowDownReader.read("event: error\ndata: {\"error\":{\"message\":\"m\",\"code\":408}}\n\n"))
                .hasMessage("m @ 408");
    }

    @Test
    void findsTheModel() {
        JsonNode data =
                server.get("/v1/models", "Authorization", "Bearer ").json().get("data");

        assertThat(data.get(0).get("id").textValue()).isEqualTo("demo");
        assertThat(data.get(0).get("owned_by").isTextual()).isTrue();
        assertThat(data.get(0).get("created").isIntegralNumber()).isTrue();
    }
}
