package io.jgemma.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class AnswerPropertiesTest {
    private static final List<ToolDefinition> TOOLS =
            List.of(new ToolDefinition("look_up", "Looks up.", Map.of()), new ToolDefinition("f", "", Map.of()));

    @Provide
    Arbitrary<String> syntaxes() {
        return Arbitraries.of("gemma", "llama3", "qwen");
    }

    /** Everything that calls are made of but their names. */
    @Provide
    Arbitrary<String> nameless() {
        return words(
                "[",
                "]",
                "(",
                ")",
                "{",
                "}",
                "<tool_call>",
                "</tool_call>",
                "<tools>",
                "<|python_tag|>",
                "```",
                "`",
                "json",
                "tool_code",
                "\"name\"",
                "\"arguments\"",
                "\"parameters\"",
                ":",
                ",",
                ";",
                "=",
                "'",
                "\"",
                "\\",
                "\n",
                " ",
                "look",
                "_up",
                "1",
                "True",
                "null",
                "é",
                "😀",
                "x");
    }

    /** The same with the names, so that some are calls. */
    @Provide
    Arbitrary<String> named() {
        return words(
                "[",
                "]",
                "(",
                ")",
                "{",
                "}",
                "<tool_call>",
                "</tool_call>",
                "<|python_tag|>",
                "```",
                "json\n",
                "\"name\":",
                "\"f\"",
                "\"arguments\":{}",
                "\"arguments\":{\"a\":1}",
                "\"name\":\"look_up\",\"parameters\":{}",
                ",",
                ";",
                "=",
                "'",
                "\\",
                "\n",
                " ",
                "f",
                "f()",
                "[f()]",
                "[f(a='x')]",
                "look_up(",
                "a=1",
                "{\"name\":\"f\",\"parameters\":{}}",
                "word");
    }

    private static Arbitrary<String> words(String... parts) {
        return Arbitraries.of(parts).list().ofMaxSize(30).map(list -> String.join("", list));
    }

    private static List<AnswerEvent> events(String syntax, List<String> pieces) {
        return Answers.events(ToolCallParsers.byName(syntax), TOOLS, pieces);
    }

    @Property(tries = 3000)
    void withoutANameEverythingIsText(
            @ForAll("syntaxes") String syntax, @ForAll("nameless") String answer, @ForAll long seed) {
        String text = answer.replace("look_up", "look").replace("f", "g");
        assertThat(Answers.text(events(syntax, Answers.randomPieces(text, new Random(seed)))))
                .isEqualTo(text);
    }

    @Property(tries = 2000)
    void unicodeIsText(@ForAll("syntaxes") String syntax, @ForAll String answer, @ForAll long seed) {
        String text = answer.replace("f", "g");
        assertThat(Answers.text(events(syntax, Answers.randomPieces(text, new Random(seed)))))
                .isEqualTo(text);
    }

    @Property(tries = 5000)
    void cutsDoNotMatter(@ForAll("syntaxes") String syntax, @ForAll("named") String answer, @ForAll long seed) {
        List<AnswerEvent> whole = events(syntax, List.of(answer));
        assertThat(events(syntax, Answers.characters(answer))).isEqualTo(whole);
        assertThat(events(syntax, Answers.randomPieces(answer, new Random(seed))))
                .isEqualTo(whole);
        Losses.assertNone(answer, whole);
    }

    @Property(tries = 3000)
    void damagedOutputsLoseNothing(@ForAll("syntaxes") String syntax, @ForAll long seed) {
        CallTable table = CallTable.load(syntax);
        Random random = new Random(seed);
        String answer = damaged(table, random);
        ToolCallParser parser = ToolCallParsers.byName(syntax);
        List<AnswerEvent> whole = Answers.events(parser, table.tools(), List.of(answer));
        assertThat(Answers.events(parser, table.tools(), Answers.randomPieces(answer, random)))
                .isEqualTo(whole);
        Losses.assertNone(answer, whole);
    }

    private static String damaged(CallTable table, Random random) {
        CallTable.Case row = table.cases().get(random.nextInt(table.cases().size()));
        StringBuilder answer = new StringBuilder(row.output());
        for (int i = random.nextInt(4); i > 0 && !answer.isEmpty(); i--) {
            int at = random.nextInt(answer.length());
            switch (random.nextInt(3)) {
                case 0 -> answer.deleteCharAt(at);
                case 1 -> answer.insert(at, answer.charAt(random.nextInt(answer.length())));
                default -> answer.setCharAt(at, answer.charAt(random.nextInt(answer.length())));
            }
        }
        return answer.toString();
    }

    @Property(tries = 3000)
    void idsCountUpAndTextsAreNeverEmpty(@ForAll("syntaxes") String syntax, @ForAll("named") String answer) {
        List<AnswerEvent> events = new ArrayList<>();
        ToolCallStream stream = ToolCallParsers.byName(syntax).open(TOOLS, new CallIds("id-", 7));
        Answers.characters(answer).forEach(piece -> stream.push(piece, AnswerEvent.to(events::add)));
        stream.finish(AnswerEvent.to(events::add));
        int number = 7;
        for (AnswerEvent event : events) {
            switch (event) {
                case AnswerEvent.Call(ToolCall call) -> assertThat(call.id()).isEqualTo("id-" + number++);
                case AnswerEvent.Text(String text) -> assertThat(text).isNotEmpty();
                case AnswerEvent.Reasoning(String text) -> throw new AssertionError(text);
            }
        }
    }
}
