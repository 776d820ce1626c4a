package io.jgemma.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReasoningSplitterTest {

    private static List<AnswerEvent> split(boolean inside, List<String> pieces) {
        List<AnswerEvent> events = new ArrayList<>();
        ReasoningSplitter splitter = new ReasoningSplitter(ReasoningTags.THINK, inside);
        pieces.forEach(piece -> splitter.push(piece, AnswerEvent.to(events::add)));
        splitter.finish(AnswerEvent.to(events::add));
        return Answers.merged(events);
    }

    /** Whether the prompt opened the block, the answer, its reasoning, its text. */
    static List<Arguments> answers() {
        return List.of(
                Arguments.of(false, "<think>\nA\n</think>\n\nB", "A", "B"),
                Arguments.of(false, "<think>A</think>B", "A", "B"),
                Arguments.of(false, "\n <think>A</think>B", "A", "B"),
                Arguments.of(false, "<think>\n\n</think>\n\nB", "", "B"),
                Arguments.of(false, "<think></think>", "", ""),
                Arguments.of(false, "<think>A", "A", ""),
                Arguments.of(false, "<think>A\n</thi", "A\n</thi", ""),
                Arguments.of(false, "<think>a < b </b> c</think>d", "a < b </b> c", "d"),
                Arguments.of(false, "<think>a</th</think>d", "a</th", "d"),
                Arguments.of(false, "<think>a<</think>d", "a<", "d"),
                Arguments.of(false, "<think>a<think>b</think>c", "a<think>b", "c"),
                Arguments.of(false, "<think>A</think>B<think>C</think>", "A", "B<think>C</think>"),
                Arguments.of(false, "<think>A</think>B</think>", "A", "B</think>"),
                Arguments.of(false, "<think>\n  A\n\n  B</think>\n    C", "  A\n\n  B", "    C"),
                Arguments.of(false, "B <think>A</think>", "", "B <think>A</think>"),
                Arguments.of(false, "<thing>", "", "<thing>"),
                Arguments.of(false, " <thi", "", " <thi"),
                Arguments.of(false, "  \n", "", "  \n"),
                Arguments.of(false, "</think>B", "", "</think>B"),
                Arguments.of(true, "A\n</think>\n\nB", "A", "B"),
                Arguments.of(true, "\nA</think>B", "A", "B"),
                Arguments.of(true, "</think>B", "", "B"),
                Arguments.of(true, "A and more", "A and more", ""),
                Arguments.of(true, "<think>\nA\n</think>B", "A", "B"),
                Arguments.of(true, "<thi</think>B", "<thi", "B"),
                Arguments.of(true, "A<think>B</think>C", "A<think>B", "C"));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void reasoningAndText(boolean inside, String answer, String reasoning, String text) {
        List<AnswerEvent> expected = new ArrayList<>();
        if (!reasoning.isEmpty()) {
            expected.add(new AnswerEvent.Reasoning(reasoning));
        }
        if (!text.isEmpty()) {
            expected.add(new AnswerEvent.Text(text));
        }
        assertThat(split(inside, List.of(answer))).isEqualTo(expected);
        assertThat(split(inside, Answers.characters(answer))).isEqualTo(expected);
    }

    @Provide
    Arbitrary<String> answer() {
        return Arbitraries.of("<think>", "</think>", "<", "</", "think", ">", " ", "\n", "a", "é")
                .list()
                .ofMaxSize(12)
                .map(parts -> String.join("", parts));
    }

    @Property(tries = 3000)
    void cutsDoNotMatter(@ForAll boolean inside, @ForAll("answer") String answer, @ForAll long seed) {
        List<AnswerEvent> whole = split(inside, List.of(answer));
        assertThat(split(inside, Answers.characters(answer))).isEqualTo(whole);
        assertThat(split(inside, Answers.randomPieces(answer, new Random(seed))))
                .isEqualTo(whole);
        String begin = answer.stripLeading();
        if (!inside && !begin.startsWith("<think>")) {
            assertThat(Answers.text(whole)).isEqualTo(answer);
        }
    }

    @Test
    void promptsThatOpenTheBlock() {
        assertThat(ReasoningTags.THINK.openedBy("<|im_start|>assistant\n<think>\n"))
                .isTrue();
        assertThat(ReasoningTags.THINK.openedBy("<|im_start|>assistant\n<think>\n\n</think>\n\n"))
                .isFalse();
        assertThat(ReasoningTags.THINK.openedBy("")).isFalse();
    }
}
