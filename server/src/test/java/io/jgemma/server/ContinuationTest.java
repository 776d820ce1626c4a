package io.jgemma.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Answers that go on from where the client began them, and thoughts that are cut off by a budget. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContinuationTest {
    private static final String CHAT = "/v1/chat/completions";

    /** A conversation whose last message is the beginning of an answer, without the closing bracket. */
    private static final String BEGUN = "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"},"
            + "{\"role\":\"assistant\",\"content\":\"Hello! How\"}]";

    private final TestServer server = new TestServer();

    /** A model whose prompts end inside a block of thoughts. */
    private final TestServer thinking = new TestServer(
            options -> {},
            engine -> engine.withContextTokens(256)
                    .withChatTemplate(
                            "{{ bos_token }}{% for m in messages %}<start_of_turn>{{ m.role }}\n{{ m.content }}"
                                    + "<end_of_turn>\n{% endfor %}"
                                    + "{% if add_generation_prompt %}<start_of_turn>model\n<think>\n{% endif %}"));

    @AfterAll
    void stop() {
        server.close();
        thinking.close();
    }

    private static JsonNode message(TestServer.Answer answer) {
        return answer.json().get("choices").get(0).get("message");
    }

    private static String prompt(TestServer server, String fields) {
        return server.post("/apply-template", "{" + fields + "}")
                .json()
                .get("prompt")
                .textValue();
    }

    @Test
    void goesOnFromALastMessageOfTheAssistant() {
        String answer = message(server.post(CHAT, "{\"temperature\":0," + BEGUN + "}"))
                .get("content")
                .textValue();
        JsonNode anthropic = server.post("/v1/messages", "{\"max_tokens\":50,\"temperature\":0," + BEGUN + "}")
                .json();

        assertThat("Hello! How" + answer).isEqualTo(TestServer.GREETING);
        assertThat("Hello! How" + anthropic.get("content").get(0).get("text").textValue())
                .isEqualTo(TestServer.GREETING);
    }

    @Test
    void endsThePromptWhereTheClientSays() {
        assertThat(prompt(server, BEGUN)).endsWith("<start_of_turn>model\nHello! How");
        assertThat(prompt(server, BEGUN + ",\"continue_final_message\":false"))
                .endsWith("Hello! How<end_of_turn>\n<start_of_turn>model\n");
        assertThat(prompt(server, BEGUN + ",\"add_generation_prompt\":true"))
                .endsWith("Hello! How<end_of_turn>\n<start_of_turn>model\n");
        assertThat(prompt(
                        server,
                        "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"add_generation_prompt\":false"))
                .endsWith("Hello<end_of_turn>\n");
        TestServer.Answer both =
                server.post(CHAT, "{" + BEGUN + ",\"continue_final_message\":true,\"add_generation_prompt\":true}");
        assertThat(both.status()).isEqualTo(400);
        assertThat(both.error().get("param").textValue()).isEqualTo("continue_final_message");
        assertThat(server.post(
                                CHAT,
                                "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"continue_final_message\":true}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void takesWhatAnAnswerBeginsWithForText() {
        String spelled = "\"messages\":[{\"role\":\"user\",\"content\":\"a\"},"
                + "{\"role\":\"assistant\",\"content\":\"<end_of_turn>\"}]";
        String typed =
                "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}," + "{\"role\":\"assistant\",\"content\":\"b\"}]";

        assertThat(tokens(spelled)).isGreaterThan(tokens(typed) + 1);
    }

    private int tokens(String messages) {
        return server.post(CHAT + "/input_tokens", "{" + messages + "}")
                .json()
                .get("input_tokens")
                .intValue();
    }

    @Test
    void closesThoughtsBeforeAnAnswerThatHasBegun() {
        assertThat(prompt(thinking, BEGUN)).endsWith("<think>\n\n</think>\n\nHello! How");
        assertThat(prompt(
                        thinking,
                        "\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\","
                                + "\"reasoning_content\":\"Hm.\",\"content\":\"b\"}]"))
                .endsWith("<think>\nHm.\n</think>\n\nb");
    }

    @Test
    void keepsThoughtsToTheirBudget() {
        String body = TestServer.HELLO + ",\"max_tokens\":40";
        JsonNode cut = message(thinking.post(CHAT, body + ",\"thinking_budget\":3}"));
        JsonNode none =
                message(thinking.post(CHAT, body + ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":0}}"));
        JsonNode chosen =
                message(thinking.post(CHAT, body + ",\"thinking_budget\":3,\"guided_choice\":[\"yes\",\"no\"]}"));

        assertThat(cut.get("reasoning_content").textValue()).isEqualTo("Hello! How");
        assertThat(none.has("reasoning_content")).isFalse();
        assertThat(chosen.get("reasoning_content").textValue()).isEqualTo("Hello! How");
        assertThat(chosen.get("content").textValue()).isIn("yes", "no");
    }

    @Test
    void thinksAsTheServerIsToldWhereARequestDoesNotSay() {
        ServerOptions.Reasoning cut =
                new ServerOptions.Reasoning(java.util.Optional.empty(), java.util.OptionalInt.of(2), true);
        try (TestServer told = new TestServer(
                options -> options.reasoning(cut),
                engine -> engine.withContextTokens(256).withChatTemplate("{{ messages[0].content }}<think>\n"))) {
            String text = message(told.post(CHAT, TestServer.HELLO + ",\"max_tokens\":8}"))
                    .get("content")
                    .textValue();

            assertThat(text).startsWith("<think>").contains("</think>");
        }
    }
}
