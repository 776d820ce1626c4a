package io.jgemma.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpmCodecTest {
    private static Tokenizer tokenizer(List<String> tokens, int[] types, float... scores) {
        return Tokenizers.of(MapFields.spm(tokens, types, scores).with(VocabularyReader.ADD_SPACE_PREFIX, false));
    }

    @Test
    void theHighestScoreMergesFirst() {
        Tokenizer tokenizer = tokenizer(
                List.of("a", "b", "c", "ab", "bc", "abc"), new int[] {1, 1, 1, 1, 1, 1}, -9, -9, -9, -3, -2, -8);
        assertThat(tokenizer.encode("abc")).containsExactly(5);
        assertThat(tokenizer.encode("ab")).containsExactly(3);
        assertThat(tokenizer.encode("bbc")).containsExactly(1, 4);
    }

    @Test
    void ofEqualScoresTheLeftmostMergesFirst() {
        Tokenizer tokenizer = tokenizer(List.of("a", "aa"), new int[] {1, 1}, 0f, -0f);
        assertThat(tokenizer.encode("aaa")).containsExactly(1, 0);
        Tokenizer zeros = tokenizer(List.of("a", "b", "c", "ab", "bc"), new int[] {1, 1, 1, 1, 1}, 0, 0, 0, -0f, 0f);
        assertThat(zeros.encode("abc")).containsExactly(3, 2);
    }

    @Test
    void mergesNeedTheirSteps() {
        // No pair of pieces makes "abc", so it is never reached.
        Tokenizer tokenizer = tokenizer(List.of("a", "b", "c", "abc"), new int[] {1, 1, 1, 1}, 0, 0, 0, 9);
        assertThat(tokenizer.encode("abc")).containsExactly(0, 1, 2);
    }

    @Test
    void otherKindsOfTokensAreNotMadeByMerging() {
        Tokenizer tokenizer = tokenizer(
                List.of("<", "s", ">", "<s", "<s>", "a", "b", "ab"),
                new int[] {1, 1, 1, 1, 3, 1, 1, 5},
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0);
        assertThat(tokenizer.encode("<s>")).containsExactly(3, 2);
        assertThat(tokenizer.encode("ab")).containsExactly(5, 6);
        assertThat(tokenizer.decode(new int[] {7})).isEmpty();
    }

    @Test
    void unknownCharactersAreSpelledInBytes() {
        Tokenizer tokenizer = TestVocabularies.spmTokenizer();
        int[] ids = tokenizer.encode("\uD83E\uDDA5");
        assertThat(ids).hasSize(4);
        for (int id : ids) {
            assertThat(tokenizer.vocabulary().type(id)).isEqualTo(TokenType.BYTE);
        }
        assertThat(tokenizer.decode(ids)).isEqualTo("\uD83E\uDDA5");
    }

    @Test
    void withoutBytesTheyAreUnknown() {
        Tokenizer tokenizer = tokenizer(List.of("<unk>", "a", "<0xC3>"), new int[] {2, 1, 6}, 0, 0, 0);
        assertThat(tokenizer.encode("a\u00E9a")).containsExactly(1, 0, 1);
        Tokenizer helpless = tokenizer(List.of("a"), new int[] {1}, 0);
        assertThatThrownBy(() -> helpless.encode("a\u00E9"))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("U+00E9");
    }

    @Test
    void runsOfSpacesAreTokensWhicheverWayTheFileSpellsThem() {
        for (String run : List.of("  ", "\u2581\u2581")) {
            Tokenizer tokenizer =
                    tokenizer(List.of("\u2581", run, "a", "\u2581a"), new int[] {1, 4, 1, 1}, -9, -1, -9, -2);
            assertThat(tokenizer.encode("  a")).containsExactly(1, 2);
            assertThat(tokenizer.encode(" a")).containsExactly(3);
            assertThat(tokenizer.decode(new int[] {1, 3})).isEqualTo("   a");
        }
    }

    @Test
    void theSpacePrefixGoesBeforeEveryStretchOfText() {
        Tokenizer tokenizer = Tokenizers.of(MapFields.spm(
                List.of("<unk>", "\u2581", "a", "\u2581a", "<t>"),
                new int[] {2, 1, 1, 1, 4},
                new float[] {0, -3, -3, -1, 0}));
        assertThat(tokenizer.encode("a")).containsExactly(3);
        assertThat(tokenizer.encode("a<t>a")).containsExactly(3, 4, 3);
        assertThat(tokenizer.encode(" a")).containsExactly(1, 3);
        assertThat(tokenizer.decode(tokenizer.encode(" a<t> a"))).isEqualTo(" a<t> a");
    }
}
