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
                ReasoningTags.THINK,
                inside,
                List.of(stops),
                ToolCallParsers.byName("qwen").open(TOOLS, CallIds.fromZero()));
    }

    private static List<AnswerEvent> read(AnswerStream stream, String answer) {
        List<AnswerEvent> events = new ArrayList<>();
        for (String piece : Answers.characters(answer)) {
            stream.push(piece, AnswerEvent.to(events::add));
        }
        stream.finish(AnswerEvent.to(events::add));
        return Answers.merged(events);
    }

    @Test
    void reasoningThenTextThenCall() {
        AnswerStream stream = stream(false, "STOP");
        String answer =
                "<think>\nSTOP? [x] <tool_call>\n</think>\n\nSo.\n<tool_call>\n{\"name\": \"look\"}\n</tool_call>STOP!";
        assertThat(read(stream, answer))
                .containsExactly(
                        new AnswerEvent.Reasoning("STOP? [x] <tool_call>"),
                        new AnswerEvent.Text("So."),
                        new AnswerEvent.Call(new ToolCall("call_0", "look", Map.of())));
        assertThat(stream.stopped()).isTrue();
    }

    @Test
    void aStopCutsACallOff() {
        assertThat(read(stream(true, "}"), "why</think><tool_call>{\"name\": \"look\"}</tool_call>"))
                .containsExactly(
                        new AnswerEvent.Reasoning("why"), new AnswerEvent.Text("<tool_call>{\"name\": \"look\""));
    }

    @Test
    void whatIsHeldComesOutAtTheEnd() {
        assertThat(read(stream(false, "###"), "a <tool ##")).containsExactly(new AnswerEvent.Text("a <tool ##"));
        assertThat(read(stream(false, "###"), " <thi")).containsExactly(new AnswerEvent.Text(" <thi"));
    }

    @Test
    void afterTheEndNothingIsRead() {
        AnswerStream stream = stream(false);
        List<AnswerEvent> events = new ArrayList<>();
        stream.push("a", AnswerEvent.to(events::add));
        stream.finish(AnswerEvent.to(events::add));
        stream.finish(AnswerEvent.to(events::add));
        assertThat(events).containsExactly(new AnswerEvent.Text("a"));
        assertThatThrownBy(() -> stream.push("b", AnswerEvent.to(events::add)))
                .isInstanceOf(IllegalStateException.class);
    }
}
