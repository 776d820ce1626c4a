package io.jgemma.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Every kind of request that FlowDown sends, in the shape in which it sends it; answers are read by its rules. What is asked of
 * an answer holds for any model: forced calls and schemas are kept, and everything else can be read and is not empty.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FlowDownReplay {
    private static final String CHAT = "/v1/chat/completions";

    private static final String ASK_FOR_METADATA = message(
            "system",
            "Generate metadata for this conversation. You must call save_conversation_metadata exactly once.");
    private static final String LAST_TURN = message(
            "user", "[last user message]\nHello\n\n[last assistant message]\nHello! How can I help you today?\n");
    private static final String METADATA = tool("save_conversation_metadata", "title", "string", "icon", "string");

    /** The server. */
    abstract TestServer server();

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }

    private static String message(String role, String content) {
        return "{\"content\":" + quoted(content) + ",\"role\":\"" + role + "\"}";
    }

    /** A strict tool as FlowDown writes it: keys in order, every property required. */
    private static String tool(String name, String... properties) {
        List<String> types = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < properties.length; i += 2) {
            types.add("\"" + properties[i] + "\":{\"description\":\"The " + properties[i] + ".\",\"type\":\""
                    + properties[i + 1] + "\"}");
            names.add("\"" + properties[i] + "\"");
        }
        return "{\"function\":{\"description\":\"Does " + name + ".\",\"name\":\"" + name
                + "\",\"parameters\":{\"additionalProperties\":false,\"properties\":{" + String.join(",", types)
                + "},\"required\":[" + String.join(",", names)
                + "],\"type\":\"object\"},\"strict\":true},\"type\":\"function\"}";
    }

    private static String forced(String name) {
        return "\"tool_choice\":{\"function\":{\"name\":\"" + name + "\"},\"type\":\"function\"}";
    }

    private FlowDownReader stream(String fields, String... messages) {
        TestServer.Answer answer = server().post(
                        CHAT,
                        "{\"messages\":[" + String.join(",", messages) + "],\"model\":\"demo\",\"stream\":true,"
                                + fields + "}",
                        "Authorization",
                        "Bearer ",
                        "Accept",
                        "text/event-stream",
                        "X-Title",
                        "FlowDown");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return FlowDownReader.read(answer.body());
    }

    private JsonNode whole(String fields, String... messages) {
        TestServer.Answer answer = server().post(
                        CHAT,
                        "{\"messages\":[" + String.join(",", messages) + "],\"model\":\"demo\",\"stream\":false,"
                                + fields + "}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        JsonNode json = answer.json();
        assertThat(json.get("created").isIntegralNumber()).isTrue();
        assertThat(json.get("model").isTextual()).isTrue();
        JsonNode message = json.get("choices").get(0).get("message");
        assertThat(message.get("role").textValue()).isEqualTo("assistant");
        for (JsonNode call : message.path("tool_calls")) {
            assertThat(call.get("id").isTextual()).isTrue();
            assertThat(call.get("type").textValue()).isEqualTo("function");
            assertThat(TestServer.read(call.at("/function/arguments").textValue())
                            .isObject())
                    .isTrue();
        }
        return json;
    }

    private static JsonNode arguments(FlowDownReader.Call call) {
        JsonNode json = TestServer.read(call.arguments.toString());
        assertThat(json.isObject()).isTrue();
        return json;
    }

    /** A small model may write one text until its tokens are used up; then there is no call. */
    private static void assertCalled(FlowDownReader reader, String name, String argument, JsonNodeType type) {
        if (reader.finish().equals("length")) {
            assertThat(reader.calls()).isEmpty();
            return;
        }
        assertThat(reader.finish()).isEqualTo("tool_calls");
        assertThat(reader.calls()).hasSize(1);
        FlowDownReader.Call call = reader.calls().getFirst();
        assertThat(call.id.toString()).isNotBlank();
        assertThat(call.name.toString()).isEqualTo(name);
        assertThat(arguments(call).get(argument).getNodeType()).isEqualTo(type);
    }

    @Test
    void conversationMetadata() {
        FlowDownReader reader = stream(
                "\"temperature\":0.75,\"max_completion_tokens\":200," + forced("save_conversation_metadata")
                        + ",\"tools\":[" + METADATA + "]",
                ASK_FOR_METADATA,
                LAST_TURN);

        assertCalled(reader, "save_conversation_metadata", "icon", JsonNodeType.STRING);
    }

    @Test
    void conversationMetadataWithoutAStream() {
        JsonNode json = whole(
                "\"temperature\":0,\"max_completion_tokens\":200," + forced("save_conversation_metadata")
                        + ",\"tools\":[" + METADATA + "]",
                ASK_FOR_METADATA,
                LAST_TURN);

        JsonNode message = json.get("choices").get(0).get("message");
        assertThat(message.get("content").isNull()).isTrue();
        assertThat(message.at("/tool_calls/0/function/name").textValue()).isEqualTo("save_conversation_metadata");
    }

    @Test
    void templates() {
        FlowDownReader reader = stream(
                "\"temperature\":0,\"max_completion_tokens\":300," + forced("save_chat_template") + ",\"tools\":["
                        + tool(
                                "save_chat_template",
                                "name",
                                "string",
                                "emoji",
                                "string",
                                "prompt",
                                "string",
                                "inherit_app_prompt",
                                "boolean")
                        + "]",
                message("system", "You must call save_chat_template exactly once."),
                message("user", "Write a template for a chat about rivers."));

        assertCalled(reader, "save_chat_template", "inherit_app_prompt", JsonNodeType.BOOLEAN);
    }

    @Test
    void verification() {
        FlowDownReader reader = stream(
                "\"max_completion_tokens\":512",
                message("system", "Reply YES to every query."),
                message("user", "YES or NO"));

        assertThat(reader.text()).isNotEmpty();
    }

    @Test
    void addingNumbersWithATool() {
        String tools = "\"max_completion_tokens\":256,\"temperature\":0,\"tools\":["
                + tool("add_numbers", "a", "integer", "b", "integer") + "]";
        FlowDownReader first = stream(tools + "," + forced("add_numbers"), message("user", "What is 3 plus 4?"));
        FlowDownReader.Call call = first.calls().getFirst();
        FlowDownReader second = stream(
                tools,
                message("user", "What is 3 plus 4?"),
                "{\"role\":\"assistant\",\"tool_calls\":[{\"function\":{\"arguments\":"
                        + quoted(call.arguments.toString()) + ",\"name\":\"add_numbers\"},\"id\":\"" + call.id
                        + "\",\"type\":\"function\"}]}",
                "{\"content\":\"7\",\"role\":\"tool\",\"tool_call_id\":\"" + call.id + "\"}");

        assertThat(arguments(call).get("a").isIntegralNumber()).isTrue();
        assertThat(second.text() + second.calls()).isNotEmpty();
    }

    @Test
    void reminders() {
        FlowDownReader reader = stream(
                "\"max_completion_tokens\":300,\"temperature\":0," + forced("add_reminder") + ",\"tools\":["
                        + String.join(
                                ",",
                                tool("query_reminders", "list_name", "string"),
                                tool(
                                        "add_reminder",
                                        "title",
                                        "string",
                                        "notes",
                                        "string",
                                        "due_date",
                                        "string",
                                        "priority",
                                        "integer",
                                        "list_name",
                                        "string"),
                                tool("update_reminder", "id", "string", "title", "string"),
                                tool("complete_reminder", "id", "string"),
                                tool("delete_reminder", "id", "string"))
                        + "]",
                message("user", "Remind me to buy bread."));

        assertCalled(reader, "add_reminder", "priority", JsonNodeType.NUMBER);
    }

    @Test
    void compressionWithANameThatIsNotAscii() {
        FlowDownReader reader = stream(
                "\"max_completion_tokens\":40",
                message("system", "Summarize the conversation."),
                message("user", "[conversation]\nHello"),
                "{\"content\":\"Go on.\",\"name\":\"切换至上个对话\",\"role\":\"user\"}");

        assertThat(reader.text()).isNotEmpty();
    }

    @Test
    void cacheUsage() {
        String system = message("system", "You are a helpful assistant that knows rivers. ".repeat(20));
        JsonNode first = whole("\"max_completion_tokens\":4", system, message("user", "Hello"));
        JsonNode again = whole("\"max_completion_tokens\":4", system, message("user", "Hello"));

        assertThat(first.get("usage").get("prompt_tokens").intValue()).isGreaterThan(100);
        assertThat(again.at("/usage/prompt_tokens_details/cached_tokens").intValue())
                .isPositive()
                .isLessThan(again.at("/usage/prompt_tokens").intValue());
    }

    @Test
    void memoryExtractionBesideASummary() throws Exception {
        CompletableFuture<FlowDownReader> memory = CompletableFuture.supplyAsync(() -> stream(
                "\"max_completion_tokens\":60",
                message("user", "Conversation:\nuser: I live in Paris.\n\nExtract facts as a JSON array:")));
        FlowDownReader summary =
                stream("\"max_completion_tokens\":60", message("user", "Summarize: the user lives in Paris."));

        assertThat(memory.get().text()).isNotEmpty();
        assertThat(summary.text()).isNotEmpty();
    }

    @Test
    void whatTrimmingLeaves() {
        FlowDownReader answer = stream(
                "\"max_completion_tokens\":8",
                message("system", "You are helpful."),
                message("assistant", "Hello!"),
                message("user", "[notes.txt]\nrivers"),
                message("user", "Hello"));
        FlowDownReader result = stream(
                "\"max_completion_tokens\":8",
                message("system", "You are helpful."),
                "{\"content\":\".\",\"role\":\"tool\",\"tool_call_id\":\"4C1B\"}",
                "{\"content\":\"\",\"role\":\"assistant\",\"tool_calls\":[]}",
                message("user", "Hello"),
                message("system", "Current context: Date: 2026-11-30 18:00:01"));

        assertThat(answer.text()).isNotEmpty();
        assertThat(result.text()).isNotEmpty();
    }

    @Test
    void keptThoughts() {
        FlowDownReader reader = stream(
                "\"max_completion_tokens\":8,\"reasoning\":{\"effort\":\"low\",\"max_tokens\":512},\"enable_thinking\":true",
                message("user", "Hello"),
                "{\"content\":\"Hello!\",\"reasoning_content\":\"They greet me.\",\"role\":\"assistant\"}",
                message("user", "Hello"));

        assertThat(reader.text() + reader.reasoning()).isNotEmpty();
    }

    @Test
    void jobsOfOlderVersions() {
        String conversation = "<conversation><task>Write it.<\\/task><last_user_message>Hello<\\/last_user_message>"
                + "<output_format><title>your_title_here<\\/title><\\/output_format><\\/conversation>";
        String user = "{\"role\":\"user\",\"content\":\"" + conversation + "\"}";

        for (int tokens : new int[] {8, 64, 128}) {
            JsonNode json = whole(
                    "\"temperature\":0.75,\"max_completion_tokens\":" + tokens,
                    message("system", "Generate a 3-5 word title summarizing this conversation."),
                    user);
            assertThat(json.at("/usage/completion_tokens").intValue()).isBetween(1, tokens);
        }
    }

    @Test
    void responses() {
        String body =
                "{\"model\":\"demo\",\"instructions\":\"Be brief.\\n\\nBe kind.\",\"stream\":true,\"temperature\":0.75,"
                        + "\"max_output_tokens\":200,\"tool_choice\":{\"type\":\"function\",\"name\":\"get_weather\"},"
                        + "\"tools\":[{\"type\":\"function\",\"name\":\"get_weather\",\"description\":\"Weather.\",\"strict\":true,"
                        + "\"parameters\":{\"type\":\"object\",\"properties\":{\"days\":{\"type\":\"integer\"}},\"required\":[\"days\"],"
                        + "\"additionalProperties\":false}}],\"input\":["
                        + "{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"Hello\"}]},"
                        + "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"Hello!\",\"annotations\":[]}]},"
                        + "{\"type\":\"function_call\",\"id\":\"fc_1\",\"call_id\":\"c1\",\"name\":\"get_weather\",\"arguments\":\"{\\\"days\\\":1}\"},"
                        + "{\"type\":\"function_call_output\",\"id\":\"fco_1\",\"call_id\":\"c1\",\"output\":\"sunny\"},"
                        + "{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"And tomorrow?\"}]}]}";
        List<TestServer.Event> events = server().post("/v1/responses", body).events();

        FlowDownResponse response = FlowDownResponse.read(events);
        assertThat(response.calls()).hasSize(1);
        JsonNode call = response.calls().getFirst();
        assertThat(call.get("call_id").textValue()).isNotBlank();
        assertThat(call.get("name").textValue()).isEqualTo("get_weather");
        assertThat(TestServer.read(call.get("arguments").textValue())
                        .get("days")
                        .isIntegralNumber())
                .isTrue();
    }

    @Test
    void audioIsRefusedByName() {
        TestServer.Answer answer = server().post(
                        CHAT,
                        "{\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\","
                                + "\"input_audio\":{\"data\":\"AAAA\",\"format\":\"wav\"}},"
                                + "{\"type\":\"text\",\"text\":\"What is said?\"}]}]}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().get("message").textValue()).contains("input_audio");
        assertThat(answer.error().get("code").isInt()).isTrue();
    }
}
