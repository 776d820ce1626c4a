package io.jgemma.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Text survives encoding and decoding, whole and token by token. */
class RoundTripTest {
    private static final int TEXTS = 5000;

    static Stream<Named<Tokenizer>> tokenizers() {
        return Stream.of(
                Named.of("spm", TestVocabularies.spmTokenizer()),
                Named.of("prefixed", TestVocabularies.prefixedTokenizer()),
                Named.of("llama-bpe", TestVocabularies.bpeTokenizer("llama-bpe")),
                Named.of("smollm", TestVocabularies.bpeTokenizer("smollm")),
                Named.of("gpt-2", TestVocabularies.bpeTokenizer("gpt-2")),
                Named.of("default", TestVocabularies.bpeTokenizer("default")));
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void decodeOfEncodeIsTheText(Tokenizer tokenizer) {
        check(tokenizer, false, TEXTS);
    }

    @ParameterizedTest
    @MethodSource("qwen")
    void decodeOfEncodeIsTheNormalForm(Tokenizer tokenizer) {
        check(tokenizer, true, TEXTS);
    }

    static Stream<Named<Tokenizer>> qwen() {
        return Stream.of(Named.of("qwen2", TestVocabularies.bpeTokenizer("qwen2")));
    }

    /** Also used on vocabularies outside the repository. */
    static void check(Tokenizer tokenizer, boolean nfc, int count) {
        RandomText texts = new RandomText(7);
        for (int i = 0; i < count; i++) {
            String text = texts.next();
            int[] ids = tokenizer.encode(text);
            String expected = nfc ? Normalizer.normalize(text, Normalizer.Form.NFC) : text;
            assertThat(tokenizer.decode(ids)).isEqualTo(expected);
            assertThat(streamed(tokenizer, ids)).isEqualTo(expected);
        }
    }

    private static String streamed(Tokenizer tokenizer, int[] ids) {
        StreamDecoder decoder = StreamDecoder.ofText(tokenizer);
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            String piece = decoder.push(id);
            // Whole characters encode without loss; half of a surrogate pair would not.
            assertThat(new String(piece.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                    .isEqualTo(piece);
            text.append(piece);
        }
        assertThat(decoder.flush()).isEmpty();
        return text.toString();
    }
}
