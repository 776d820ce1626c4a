package io.jgemma.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes out while an answer is still being written. */
class StreamingTest {
    private static final CallTable TABLE = CallTable.load("gemma");

    private static List<AnswerEvent> unfinished(String syntax, String begin) {
        List<AnswerEvent> events = new ArrayList<>();
        ToolCallStream stream = ToolCallParsers.byName(syntax).open(TABLE.tools(), CallIds.fromZero());
        Answers.characters(begin).forEach(piece -> stream.push(piece, AnswerEvent.to(events::add)));
        return Answers.merged(events);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Hello",
                "Hello [get_weather(",
                "[foo",
                "[get_weather is",
                "[get_weather(city=P",
                "[get_weather(city='a' b",
                "[1",
                "['",
                "```java",
                "```python\nx",
                "```python\n[x",
                "```python\nx\n[get_time()",
                "`x",
                "{x",
                "{\"temp\":",
                "{\"name\": \"x\",",
                "a\n\nb",
                "[get_time(1)",
                "[get_time() x",
                "- [get_time()]",
                "<tool_call>",
                "[get_time)"
            })
    void textIsOutAsSoonAsItIsCertain(String begin) {
        assertThat(unfinished("gemma", begin)).containsExactly(new AnswerEvent.Text(begin));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<b",
                "<tool_calls",
                "<tools>x",
                "<tool_call>x",
                "<tool_call>\n{\"x\":",
                "a\n<",
                "[get_",
                "{\"name\": \"y\","
            })
    void markupIsOutAsSoonAsItIsCertain(String begin) {
        assertThat(Answers.text(unfinished("qwen", begin)) + (begin.endsWith("<") ? "<" : ""))
                .isEqualTo(begin.endsWith("<") ? begin.replace("\n<", "<") : begin);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "gemma~[get_weather(city='Paris')",
                "gemma~[",
                "gemma~[get_wea",
                "gemma~{\"name\": \"get_",
                "llama3~<|python_tag|>{",
                "llama3~{\"name\": \"get_time\"",
                "qwen~<tool_call>",
                "qwen~<tool_call>{\"name\": \"get_time\"}"
            })
    void whatMayBeACallIsHeld(String syntax, String begin) {
        assertThat(unfinished(syntax, begin)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "qwen~<tool_call>{\"name\": \"get_time\"}</tool_call>",
                "qwen~<tool_call>{\"name\": \"get_time\"}}</tool_call>"
            })
    void aCallBetweenTagsIsOutWithItsLastCharacter(String syntax, String answer) {
        assertThat(unfinished(syntax, answer.substring(0, answer.length() - 1))).isEmpty();
        assertThat(unfinished(syntax, answer)).hasSize(1).allMatch(AnswerEvent.Call.class::isInstance);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "gemma~[get_time()]",
                "gemma~{\"name\": \"get_time\", \"arguments\": {}}",
                "llama3~{\"name\": \"get_time\", \"arguments\": {}}",
                "llama3~<|python_tag|>{\"name\": \"get_time\"}"
            })
    void anAnswerIsACallWhenItEnds(String syntax, String answer) {
        assertThat(unfinished(syntax, answer)).isEmpty();
        assertThat(unfinished(syntax, answer + " x")).containsExactly(new AnswerEvent.Text(answer + " x"));
        List<AnswerEvent> whole =
                Answers.events(ToolCallParsers.byName(syntax), TABLE.tools(), Answers.characters(answer));
        assertThat(whole).hasSize(1).allMatch(AnswerEvent.Call.class::isInstance);
    }

    @Test
    void whiteSpaceWaitsForWhatFollows() {
        assertThat(unfinished("gemma", "a \n ")).containsExactly(new AnswerEvent.Text("a"));
        assertThat(unfinished("gemma", "a \n b")).containsExactly(new AnswerEvent.Text("a \n b"));
    }

    /** Each of these would need minutes if work were done twice for what came before. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[get_weather(city='",
                "[get_weather(city='''\n",
                "[get_weather(city=[",
                "[get_weather(city={'a':",
                "[\n",
                "{\"name\":",
                "{\"arguments\":{\"a\":\"",
                "```\n[get_time()]\n",
                "```\n",
                "`",
                "<tool_call>",
                "<tool_call>{\"name\":\"get_time\"}",
                "[get_time()",
                "[get_time(),",
                " ",
                "\n",
                "]",
                "[get_weather('\\",
                "\"[get_weather(city=\"\n"
            })
    void hostileAnswersEndSoonAndLoseNothing(String part) {
        String answer = part.repeat(400_000 / part.length());
        for (String syntax : List.of("gemma", "llama3", "qwen")) {
            List<AnswerEvent> events = new ArrayList<>();
            ToolCallStream stream = ToolCallParsers.byName(syntax).open(TABLE.tools(), CallIds.fromZero());
            for (int at = 0; at < answer.length(); at += 4) {
                stream.push(answer.substring(at, Math.min(answer.length(), at + 4)), AnswerEvent.to(events::add));
            }
            stream.finish(AnswerEvent.to(events::add));
            if (events.stream().noneMatch(AnswerEvent.Call.class::isInstance)) {
                assertThat(Answers.text(events).equals(answer)).isTrue();
            }
        }
    }

    @Test
    void overlongCallsAreText() {
        String argument = "x".repeat(CallScanner.MAX_CALL_CHARS);
        String answer = "[web_search(query='" + argument + "')]";
        assertThat(Answers.text(unfinished("gemma", answer)).equals(answer)).isTrue();
    }

    @Test
    void longCallsAreCalls() {
        String argument = "x\n".repeat(100_000);
        assertThat(Answers.events(
                        ToolCallParsers.byName("gemma"),
                        TABLE.tools(),
                        List.of("[web_search(query='''" + argument + "''')]")))
                .singleElement()
                .isInstanceOfSatisfying(
                        AnswerEvent.Call.class,
                        event -> assertThat(
                                        argument.equals(event.call().arguments().get("query")))
                                .isTrue());
    }
}
