package io.jgemma.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnswerStreamTest {
    private static final List<ToolDefinition> TOOLS = List.of(new ToolDefinition("look", "", Map.of()));

    private static AnswerStream stream(boolean inside, String... stops) {
        return AnswerStream.of(
                inside, List.of(stops), ToolCallParsers.byName("qwen").open(TOOLS, CallIds.fromZero()));
    }

    private static List<ChatEvent> read(AnswerStream stream, String answer) {
        List<ChatEvent> events = new ArrayList<>();
        for (String piece : Answers.characters(answer)) {
            stream.push(piece, events::add);
        }
        stream.finish(events::add);
        return Answers.merged(events);
    }

    @Test
    void reasoningThenTextThenCall() {
        AnswerStream stream = stream(false, "STOP");
        String answer =
                "<think>\nSTOP? [x] <tool_call>\n</think>\n\nSo.\n<tool_call>\n{\"name\": \"look\"}\n</tool_call>STOP!";
        assertThat(read(stream, answer))
                .containsExactly(
                        new ChatEvent.Reasoning("STOP? [x] <tool_call>"),
                        new ChatEvent.Text("So."),
                        new ChatEvent.Call(new ToolCall("call_0", "look", Map.of())));
        assertThat(stream.stopped()).isTrue();
    }

    @Test
    void aStopCutsACallOff() {
        assertThat(read(stream(true, "}"), "why</think><tool_call>{\"name\": \"look\"}</tool_call>"))
                .containsExactly(new ChatEvent.Reasoning("why"), new ChatEvent.Text("<tool_call>{\"name\": \"look\""));
    }

    @Test
    void whatIsHeldComesOutAtTheEnd() {
        assertThat(read(stream(false, "###"), "a <tool ##")).containsExactly(new ChatEvent.Text("a <tool ##"));
        assertThat(read(stream(false, "###"), " <thi")).containsExactly(new ChatEvent.Text(" <thi"));
    }

    @Test
    void afterTheEndNothingIsRead() {
        AnswerStream stream = stream(false);
        List<ChatEvent> events = new ArrayList<>();
        stream.push("a", events::add);
        stream.finish(events::add);
        stream.finish(events::add);
        assertThat(events).containsExactly(new ChatEvent.Text("a"));
        assertThatThrownBy(() -> stream.push("b", events::add)).isInstanceOf(IllegalStateException.class);
    }
}
