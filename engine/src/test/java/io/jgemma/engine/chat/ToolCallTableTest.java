package io.jgemma.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToolCallTableTest {
    private static final int RANDOM_CUTS = 5;

    private static void check(String syntax, Function<String, List<String>> cut) {
        CallTable table = CallTable.load(syntax);
        ToolCallParser parser = ToolCallParsers.byName(syntax);
        assertThat(table.cases()).hasSizeGreaterThanOrEqualTo(60);
        List<String> wrong = new ArrayList<>();
        for (CallTable.Case row : table.cases()) {
            List<AnswerEvent> events = Answers.events(parser, table.tools(), cut.apply(row.output()));
            if (!events.equals(row.events())) {
                wrong.add(row.name() + ": expected " + row.events() + " but got " + events);
            }
        }
        assertThat(wrong).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemma", "llama3", "qwen"})
    void wholeOutputs(String syntax) {
        check(syntax, List::of);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemma", "llama3", "qwen"})
    void singleCharacters(String syntax) {
        check(syntax, Answers::characters);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemma", "llama3", "qwen"})
    void randomPieces(String syntax) {
        Random random = new Random(4);
        for (int i = 0; i < RANDOM_CUTS; i++) {
            check(syntax, output -> Answers.randomPieces(output, random));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemma", "llama3", "qwen"})
    void withoutToolsOrWithoutParserEverythingIsText(String syntax) {
        CallTable table = CallTable.load(syntax);
        for (CallTable.Case row : table.cases()) {
            List<String> pieces = Answers.characters(row.output());
            assertThat(Answers.text(Answers.events(ToolCallParsers.byName(syntax), List.of(), pieces)))
                    .isEqualTo(row.output());
            assertThat(Answers.text(Answers.events(ToolCallParsers.none(), table.tools(), pieces)))
                    .isEqualTo(row.output());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemma", "llama3", "qwen"})
    void noPrefixLosesText(String syntax) {
        CallTable table = CallTable.load(syntax);
        ToolCallParser parser = ToolCallParsers.byName(syntax);
        for (CallTable.Case row : table.cases()) {
            for (int end = 0; end <= row.output().length(); end++) {
                String prefix = row.output().substring(0, end);
                List<AnswerEvent> events = Answers.events(parser, table.tools(), List.of(prefix));
                assertThat(Answers.events(parser, table.tools(), Answers.characters(prefix)))
                        .isEqualTo(events);
                Losses.assertNone(prefix, events);
            }
        }
    }

    // A call of any family that an answer shows within a sentence, a quotation or a block of code is text for every
    // family.
    @ParameterizedTest
    @ValueSource(strings = {"gemma", "llama3", "qwen", "none"})
    void whatIsShownIsText(String syntax) {
        ToolCallParser parser = ToolCallParsers.byName(syntax);
        List<ToolDefinition> tools = CallTable.load("gemma").tools();
        for (String call : List.of(
                "[get_weather(city='Paris', days=3)]",
                "get_weather(city='Paris', days=3)",
                "{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Paris\"}}",
                "{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}}",
                "<|python_tag|>{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Paris\"}}",
                "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}}\n</tool_call>")) {
            for (String around : List.of(
                    "It would be %s here.",
                    "For example: %s",
                    "For example:\n\n```\n%s\n```",
                    "```json\n%s\n```\nis a call.",
                    "```python\nx = 1\n%s\nprint(x)\n```\n",
                    "`%s`",
                    "`%s` is a call.",
                    "> %s\n\nis a call.",
                    "- %s\n")) {
                String answer = around.formatted(call);
                for (List<String> pieces : List.of(List.of(answer), Answers.characters(answer))) {
                    List<AnswerEvent> events = Answers.events(parser, tools, pieces);
                    assertThat(events).as(answer).noneMatch(AnswerEvent.Call.class::isInstance);
                    assertThat(Answers.text(events)).isEqualTo(answer);
                }
            }
        }
    }
}
