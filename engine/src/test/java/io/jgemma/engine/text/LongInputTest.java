package io.jgemma.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A million characters of one kind neither overflow a stack nor cost more than a fair share of time. */
class LongInputTest {
    private static final int CHARACTERS = 1_000_000;
    private static final String[] UNITS = {"a", " ", "\n", "7", "'", "\u0301", "\u4E2D"};

    @ParameterizedTest
    @ValueSource(strings = {"llama-bpe", "qwen2", "smollm", "default"})
    void byteLevel(String pre) {
        check(TestVocabularies.bpeTokenizer(pre));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sentencePiece(boolean prefix) {
        check(prefix ? TestVocabularies.prefixedTokenizer() : TestVocabularies.spmTokenizer());
    }

    private static void check(Tokenizer tokenizer) {
        for (String unit : UNITS) {
            String text = unit.repeat(CHARACTERS / unit.length());
            int[] ids = tokenizer.encode(text, EncodeOptions.FRAGMENT);
            assertThat(tokenizer.decode(ids).equals(text))
                    .as("%x", (int) unit.charAt(0))
                    .isTrue();
        }
    }
}
