package io.jgemma.server.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.chat.ToolCall;
import io.jgemma.server.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Conversations in shape, and schemas in order. */
class ConversationTest {
    private static final ChatMessage CALL = ChatMessage.assistant("", List.of(new ToolCall("x", "f", Map.of())));

    private static String roles(List<ChatMessage> messages) {
        return String.join(" ", messages.stream().map(ChatMessage::role).toList());
    }

    @Test
    void joinsSystemMessagesAtTheBeginning() {
        List<ChatMessage> messages = Conversation.withOneSystemMessage(
                List.of(ChatMessage.system("One."), ChatMessage.user("Hello"), ChatMessage.system("Two.")));

        assertThat(roles(messages)).isEqualTo("system user");
        assertThat(messages.getFirst().text()).isEqualTo("One.\n\nTwo.");
    }

    @Test
    void knowsWhichConversationsEveryTemplateTakes() {
        assertThat(Conversation.isRegular(List.of(ChatMessage.system("s"), ChatMessage.user("u"))))
                .isTrue();
        assertThat(Conversation.isRegular(List.of(
                        ChatMessage.user("u"), CALL, ChatMessage.tool("x", "f", "1"), ChatMessage.tool("y", "f", "2"))))
                .isTrue();
        assertThat(Conversation.isRegular(List.of(ChatMessage.user("u"), ChatMessage.user("v"))))
                .isFalse();
        assertThat(Conversation.isRegular(List.of(ChatMessage.assistant("a"), ChatMessage.user("u"))))
                .isFalse();
        assertThat(Conversation.isRegular(List.of(ChatMessage.tool("x", "f", "1"), ChatMessage.user("u"))))
                .isFalse();
        assertThat(Conversation.isRegular(List.of(ChatMessage.user("u"), ChatMessage.assistant("a"))))
                .isFalse();
    }

    @Test
    void repairsWhatTemplatesRefuse() {
        List<ChatMessage> neighbours = Conversation.repaired(
                List.of(ChatMessage.user("a"), ChatMessage.user("b"), ChatMessage.assistant("c"), CALL));
        List<ChatMessage> cut = Conversation.repaired(
                List.of(ChatMessage.system("s"), ChatMessage.assistant("a"), ChatMessage.user("u")));
        List<ChatMessage> orphan =
                Conversation.repaired(List.of(ChatMessage.tool("x", "f", "1"), ChatMessage.user("u")));

        assertThat(roles(neighbours)).isEqualTo("user assistant");
        assertThat(neighbours.getFirst().text()).isEqualTo("a\n\nb");
        assertThat(neighbours.getLast().toolCalls()).hasSize(1);
        assertThat(roles(cut)).isEqualTo("system user assistant user");
        assertThat(roles(orphan)).isEqualTo("user");
        assertThat(orphan.getFirst().text()).isEqualTo("1\n\nu");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // Keywords in their order, others by name.
                "{\"b\":1,\"a\":2,\"required\":[],\"type\":\"object\"}|{\"type\":\"object\",\"required\":[],\"a\":2,\"b\":1}",
                // Required properties first, in the order of the list.
                "{\"properties\":{\"a\":{},\"z\":{},\"b\":{}},\"required\":[\"z\"]}"
                        + "|{\"properties\":{\"z\":{},\"a\":{},\"b\":{}},\"required\":[\"z\"]}",
                // Inside items and unions too, but not inside values.
                "{\"items\":{\"enum\":[{\"b\":1,\"a\":2}],\"type\":\"x\"}}|{\"items\":{\"type\":\"x\",\"enum\":[{\"b\":1,\"a\":2}]}}",
                "{\"anyOf\":[{\"b\":1,\"a\":2}]}|{\"anyOf\":[{\"a\":2,\"b\":1}]}",
                "true|true"
            })
    void putsSchemasInOneOrder(String given, String expected) {
        assertThat(SchemaOrder.of(Json.read(given.getBytes(StandardCharsets.UTF_8)))
                        .toString())
                .isEqualTo(expected);
    }
}
