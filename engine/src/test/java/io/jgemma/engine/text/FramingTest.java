package io.jgemma.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Begin and end tokens, and what is read as a special token. */
class FramingTest {
    private static final int BOS = 0;
    private static final int EOS = 1;
    private static final int TAG = 2;
    private static final int LONG_TAG = 3;
    private static final int A = 6;

    private static final List<String> TOKENS = List.of("<bos>", "<eos>", "<b>", "<b>a", "<", "b", "a", ">", "\u2581");

    private static MapFields fields() {
        return MapFields.spm(TOKENS, new int[] {3, 3, 4, 4, 1, 1, 1, 1, 1}, new float[TOKENS.size()])
                .with(VocabularyReader.BOS, BOS)
                .with(VocabularyReader.EOS, EOS)
                .with(VocabularyReader.ADD_SPACE_PREFIX, false);
    }

    @Test
    void beginIsAddedOnce() {
        Tokenizer tokenizer = Tokenizers.of(fields());
        assertThat(tokenizer.encode("a", EncodeOptions.PROMPT)).containsExactly(BOS, A);
        assertThat(tokenizer.encode("<bos>a", EncodeOptions.PROMPT)).containsExactly(BOS, A);
        assertThat(tokenizer.encode("<bos><bos>a", EncodeOptions.PROMPT)).containsExactly(BOS, BOS, A);
        assertThat(tokenizer.encode("", EncodeOptions.PROMPT)).containsExactly(BOS);
        assertThat(tokenizer.encode("", EncodeOptions.TEXT)).isEmpty();
        assertThat(tokenizer.encode("a", EncodeOptions.FRAGMENT)).containsExactly(A);
    }

    @Test
    void endIsAddedOnceWhereAskedFor() {
        Tokenizer tokenizer = Tokenizers.of(fields().with(VocabularyReader.ADD_EOS, true));
        assertThat(tokenizer.encode("a", EncodeOptions.PROMPT)).containsExactly(BOS, A, EOS);
        assertThat(tokenizer.encode("<bos>a<eos>", EncodeOptions.PROMPT)).containsExactly(BOS, A, EOS);
    }

    @Test
    void theFileMaySayNoBegin() {
        Tokenizer tokenizer = Tokenizers.of(fields().with(VocabularyReader.ADD_BOS, false));
        assertThat(tokenizer.encode("a", EncodeOptions.PROMPT)).containsExactly(A);
    }

    @Test
    void byteLevelBeginsByItsRules() {
        String text = "hello";
        Tokenizer llama = TestVocabularies.bpeTokenizer("llama-bpe");
        int[] plain = llama.encode(text);
        int[] prompt = llama.encode(text, EncodeOptions.PROMPT);
        assertThat(prompt)
                .hasSize(plain.length + 1)
                .startsWith(llama.vocabulary().bosId());
        assertThat(TestVocabularies.bpeTokenizer("qwen2").encode(text, EncodeOptions.PROMPT))
                .isEqualTo(TestVocabularies.bpeTokenizer("qwen2").encode(text));
    }

    @Test
    void controlTokensInATextAreTextUnlessAllowed() {
        for (Tokenizer tokenizer :
                List.of(TestVocabularies.spmTokenizer(), TestVocabularies.bpeTokenizer("llama-bpe"))) {
            int end = tokenizer.vocabulary().endOfGenerationIds()[0];
            String text = "x" + tokenizer.vocabulary().piece(end) + "y";
            assertThat(tokenizer.encode(text, EncodeOptions.TEXT)).doesNotContain(end);
            assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
            int[] read = tokenizer.encode(text, EncodeOptions.FRAGMENT);
            assertThat(read).contains(end);
            assertThat(tokenizer.decode(read)).isEqualTo("xy");
            assertThat(tokenizer.decode(read, true)).isEqualTo(text);
        }
    }

    @Test
    void userDefinedTokensAreAlwaysCutOutLongestFirst() {
        Tokenizer tokenizer = Tokenizers.of(fields());
        assertThat(tokenizer.encode("a<b>")).containsExactly(A, TAG);
        assertThat(tokenizer.encode("<b>a<b><b>")).containsExactly(LONG_TAG, TAG, TAG);
        assertThat(tokenizer.encode("<<b>")).containsExactly(4, TAG);
        assertThat(tokenizer.encode("<b<b>a")).containsExactly(4, 5, LONG_TAG);
    }

    @Test
    void piecesOfAbsurdLengthAreNoMarkers() {
        String marker = "a".repeat(SpecialMatcher.LONGEST_PIECE + 1);
        MapFields fields = MapFields.spm(List.of("a", marker), new int[] {1, 4}, new float[2])
                .with(VocabularyReader.ADD_SPACE_PREFIX, false);
        assertThat(Tokenizers.of(fields).encode("a".repeat(2000))).hasSize(2000);
    }
}
