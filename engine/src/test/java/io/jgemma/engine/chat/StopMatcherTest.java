package io.jgemma.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class StopMatcherTest {

    private static String run(StopMatcher matcher, List<String> pieces) {
        StringBuilder text = new StringBuilder();
        pieces.forEach(piece -> text.append(matcher.push(piece)));
        return text.append(matcher.finish()).toString();
    }

    @Test
    void theTextEndsBeforeTheStop() {
        StopMatcher matcher = new StopMatcher(List.of("END"));
        assertThat(run(matcher, List.of("one E", "N", "Dtwo", "three"))).isEqualTo("one ");
        assertThat(matcher.match()).contains("END");
    }

    @Test
    void onlyTheBeginningOfAStopIsHeld() {
        StopMatcher matcher = new StopMatcher(List.of("\n\nUser:", "###"));
        assertThat(matcher.push("a\n")).isEqualTo("a");
        assertThat(matcher.push("\n")).isEmpty();
        assertThat(matcher.push("\n")).isEqualTo("\n");
        assertThat(matcher.push("Us")).isEmpty();
        assertThat(matcher.push("age #")).isEqualTo("\n\nUsage ");
        assertThat(matcher.stopped()).isFalse();
        assertThat(matcher.finish()).isEqualTo("#");
    }

    @Test
    void theStopThatIsCompleteFirstCounts() {
        StopMatcher matcher = new StopMatcher(List.of("abcd", "bc"));
        assertThat(run(matcher, List.of("xabcd"))).isEqualTo("xa");
        assertThat(matcher.match()).contains("bc");
    }

    @Test
    void ofStopsCompleteTogetherTheLongestCounts() {
        StopMatcher matcher = new StopMatcher(List.of("c", "abc", "bc"));
        assertThat(run(matcher, List.of("xabcd"))).isEqualTo("x");
        assertThat(matcher.match()).contains("abc");
    }

    @Test
    void stopsThatRepeatThemselves() {
        assertThat(run(new StopMatcher(List.of("aab")), List.of("a", "a", "a", "b")))
                .isEqualTo("a");
        assertThat(run(new StopMatcher(List.of("abac")), List.of("ababac"))).isEqualTo("ab");
    }

    @Test
    void withoutStopsNothingIsHeld() {
        assertThat(new StopMatcher(List.of()).push("a")).isEqualTo("a");
    }

    @Test
    void emptyStopsAreRefused() {
        assertThatThrownBy(() -> new StopMatcher(List.of("a", "")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("empty");
    }

    @Property(tries = 3000)
    void asFoundByLookingAfterEachCharacter(
            @ForAll @CharRange(from = 'a', to = 'c') @StringLength(max = 30) String text,
            @ForAll @Size(max = 3) List<@CharRange(from = 'a', to = 'c') @StringLength(min = 1, max = 4) String> stops,
            @ForAll long seed) {
        String expected = text;
        for (int end = 1; end <= text.length() && expected.equals(text); end++) {
            String begin = text.substring(0, end);
            int longest = stops.stream()
                    .filter(begin::endsWith)
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            if (longest > 0) {
                expected = begin.substring(0, end - longest);
            }
        }
        assertThat(run(new StopMatcher(stops), Answers.randomPieces(text, new Random(seed))))
                .isEqualTo(expected);
        assertThat(run(new StopMatcher(stops), List.of(text))).isEqualTo(expected);
    }
}
