package io.jgemma.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.template.TrustedText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChatContextTest {
    private static final ToolCall CALL = new ToolCall("c1", "look", Map.of("at", "sky"));

    private static Map<String, Object> context(ChatMessage... messages) {
        return ChatContext.of(List.of(messages), List.of(), "<bos>", null, true, Map.of());
    }

    @Test
    void textIsAString() {
        assertThat(context(ChatMessage.system("be kind"), ChatMessage.user("hi"), ChatMessage.assistant("")))
                .isEqualTo(Map.of(
                        "messages",
                        List.of(
                                Map.of("role", new TrustedText("system"), "content", "be kind"),
                                Map.of("role", new TrustedText("user"), "content", "hi"),
                                Map.of("role", new TrustedText("assistant"), "content", "")),
                        "bos_token",
                        new TrustedText("<bos>"),
                        "eos_token",
                        new TrustedText(""),
                        "add_generation_prompt",
                        true));
    }

    @Test
    void picturesMakeAListOfParts() {
        ChatMessage message = new ChatMessage(
                "user",
                List.of(new ContentPart.Image("1", new byte[0]), new ContentPart.Text("what?")),
                List.of(),
                null,
                null,
                null);
        assertThat(context(message).get("messages"))
                .isEqualTo(List.of(Map.of(
                        "role",
                        new TrustedText("user"),
                        "content",
                        List.of(Map.of("type", "image"), Map.of("type", "text", "text", "what?")))));
    }

    @Test
    void callsAndTheirResults() {
        Map<String, Object> context =
                context(ChatMessage.assistant("", List.of(CALL)).withReasoning("hm"), ChatMessage.tool(CALL, "blue"));
        assertThat(context.get("messages"))
                .isEqualTo(List.of(
                        Map.of(
                                "role",
                                new TrustedText("assistant"),
                                "content",
                                "",
                                "reasoning_content",
                                "hm",
                                "tool_calls",
                                List.of(Map.of(
                                        "id",
                                        "c1",
                                        "type",
                                        "function",
                                        "function",
                                        Map.of("name", "look", "arguments", Map.of("at", "sky"))))),
                        Map.of(
                                "role",
                                new TrustedText("tool"),
                                "content",
                                "blue",
                                "tool_call_id",
                                "c1",
                                "name",
                                "look")));
    }

    @Test
    void toolsAreThereOnlyIfThereAreAny() {
        ToolDefinition tool = new ToolDefinition("look", "Looks.", Map.of("type", "object"));
        ToolDefinition bare = new ToolDefinition("wait", "", Map.of());
        Map<String, Object> context =
                ChatContext.of(List.of(), List.of(tool, bare), null, null, false, Map.of("enable_thinking", false));
        assertThat(context.get("tools"))
                .isEqualTo(List.of(
                        Map.of(
                                "type",
                                "function",
                                "function",
                                Map.of(
                                        "name",
                                        "look",
                                        "description",
                                        "Looks.",
                                        "parameters",
                                        Map.of("type", "object"))),
                        Map.of("type", "function", "function", Map.of("name", "wait"))));
        assertThat(context).containsEntry("enable_thinking", false).containsEntry("bos_token", new TrustedText(""));
        assertThat(context()).doesNotContainKey("tools");
    }

    @Test
    void theConversationCannotBeReplaced() {
        assertThatThrownBy(() -> ChatContext.of(List.of(), List.of(), "", "", true, Map.of("messages", 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("messages");
    }

    @Test
    void argumentsAreCopiedDeeplyAndInOrder() {
        List<Object> list = new ArrayList<>(Arrays.asList(1, 2.5f, null));
        ToolCall call = new ToolCall("", "f", CallTable.ordered("z", list, "a", true));
        list.add("later");
        assertThat(call.arguments().keySet()).containsExactly("z", "a");
        assertThat(call.arguments().get("z")).isEqualTo(Arrays.asList(1L, 2.5, null));
        assertThatThrownBy(() -> call.arguments().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void whatIsNotJsonIsRefused() {
        for (Object value : List.of(new Object(), Double.NaN, Map.of(1, 2))) {
            assertThatThrownBy(() -> new ToolCall("", "f", Map.of("a", value)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("arguments of f");
        }
        Map<String, Object> loop = new HashMap<>();
        loop.put("self", loop);
        assertThatThrownBy(() -> new ToolCall("", "f", loop)).hasMessageContaining("nested");
        assertThatThrownBy(() -> new ToolDefinition(" ", "", Map.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ChatMessage("", List.of(), List.of(), null, null, null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void parsersByName() {
        assertThat(ToolCallParsers.names()).containsExactly("gemma", "llama3", "qwen", "none");
        assertThat(ToolCallParsers.byName("Hermes").name()).isEqualTo("qwen");
        assertThatThrownBy(() -> ToolCallParsers.byName("x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("gemma, llama3, qwen, none");
    }
}
