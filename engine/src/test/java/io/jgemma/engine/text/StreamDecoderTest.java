package io.jgemma.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class StreamDecoderTest {
    private static final int FIRST_BYTE = 2;
    private static final int HELLO = FIRST_BYTE + 256;
    private static final int WORLD = HELLO + 1;
    private static final int USER = WORLD + 1;

    private final Tokenizer plain = tokenizer(false);
    private final Tokenizer prefixed = tokenizer(true);

    /** A control token, unknown, all bytes, two words with a space before, a user-defined token. */
    private static Tokenizer tokenizer(boolean prefix) {
        List<String> tokens = new ArrayList<>(List.of("<end_of_turn>", "<unk>"));
        List<Integer> types = new ArrayList<>(List.of(3, 2));
        for (int value = 0; value < 256; value++) {
            tokens.add("<0x%02X>".formatted(value));
            types.add(6);
        }
        tokens.addAll(List.of("\u2581Hello", "\u2581world", "<b>"));
        types.addAll(List.of(1, 1, 4));
        return Tokenizers.of(
                MapFields.spm(tokens, types.stream().mapToInt(Integer::intValue).toArray(), new float[tokens.size()])
                        .with(VocabularyReader.ADD_BOS, false)
                        .with(VocabularyReader.ADD_SPACE_PREFIX, prefix));
    }

    /** Any bytes, cut anywhere: the pieces are what decoding makes of the whole. */
    @Property(tries = 3000)
    void piecesJoinToTheWhole(@ForAll @Size(max = 12) List<Byte> bytes) {
        byte[] array = new byte[bytes.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = bytes.get(i);
        }
        check(array);
    }

    @Example
    void piecesOfBrokenTextJoinToTheWhole() {
        BrokenText broken = new BrokenText(9);
        for (int i = 0; i < 5000; i++) {
            check(broken.next());
        }
    }

    private void check(byte[] bytes) {
        int[] ids = new int[bytes.length];
        StreamDecoder decoder = StreamDecoder.ofText(plain);
        StringBuilder joined = new StringBuilder();
        for (int i = 0; i < ids.length; i++) {
            ids[i] = FIRST_BYTE + (bytes[i] & 0xFF);
            joined.append(decoder.push(ids[i]));
        }
        joined.append(decoder.flush());
        String whole = BrokenText.decoded(bytes);
        assertThat(joined).hasToString(whole);
        assertThat(plain.decode(ids)).isEqualTo(whole);
    }

    @Example
    void aCharacterComesOutWithItsLastByte() {
        StreamDecoder decoder = StreamDecoder.ofContinuation(plain);
        assertThat(push(decoder, 0xF0)).isEmpty();
        assertThat(push(decoder, 0x9F)).isEmpty();
        assertThat(push(decoder, 0x99)).isEmpty();
        assertThat(push(decoder, 0x82)).isEqualTo("\uD83D\uDE42");
        assertThat(decoder.flush()).isEmpty();
    }

    @Example
    void aByteThatCannotFitIsNotHeldBack() {
        StreamDecoder decoder = StreamDecoder.ofContinuation(plain);
        assertThat(push(decoder, 0xC0)).isEqualTo("\uFFFD");
        assertThat(push(decoder, 0xE2)).isEmpty();
        assertThat(push(decoder, 'a')).isEqualTo("\uFFFDa");
        assertThat(push(decoder, 0xED)).isEmpty();
        assertThat(push(decoder, 0xA0)).isEqualTo("\uFFFD\uFFFD");
    }

    @Example
    void flushEndsAHalfCharacter() {
        StreamDecoder decoder = StreamDecoder.ofContinuation(plain);
        assertThat(push(decoder, 0xF0)).isEmpty();
        assertThat(push(decoder, 0x9F)).isEmpty();
        assertThat(decoder.flush()).isEqualTo("\uFFFD");
        assertThat(decoder.push(HELLO)).isEqualTo(" Hello");
    }

    @Example
    void theSpacePrefixIsTakenAwayAtTheBeginningAndAfterMarkersOnly() {
        StreamDecoder text = StreamDecoder.ofText(prefixed);
        assertThat(text.push(0)).isEmpty();
        assertThat(text.push(HELLO)).isEqualTo("Hello");
        assertThat(text.push(WORLD)).isEqualTo(" world");
        assertThat(text.push(USER)).isEqualTo("<b>");
        assertThat(text.push(WORLD)).isEqualTo("world");
        assertThat(StreamDecoder.ofContinuation(prefixed).push(HELLO)).isEqualTo(" Hello");
        assertThat(StreamDecoder.ofText(plain).push(HELLO)).isEqualTo(" Hello");
    }

    @Example
    void controlTokensAreSilentUnlessAskedFor() {
        assertThat(StreamDecoder.ofContinuation(plain).push(0)).isEmpty();
        assertThat(StreamDecoder.ofContinuationWithSpecials(plain).push(0)).isEqualTo("<end_of_turn>");
        assertThat(plain.decode(new int[] {HELLO, 0, 1, USER})).isEqualTo(" Hello<b>");
        assertThat(plain.decode(new int[] {HELLO, 0, 1}, true)).isEqualTo(" Hello<end_of_turn><unk>");
        assertThat(plain.pieceBytes(0)).isEmpty();
        assertThat(plain.pieceBytes(0, true)).asString().isEqualTo("<end_of_turn>");
        assertThat(plain.pieceBytes(FIRST_BYTE + 0xE2)).containsExactly(0xE2);
    }

    @Example
    void idsOutsideTheVocabularyAreRefused() {
        StreamDecoder decoder = StreamDecoder.ofText(plain);
        assertThatThrownBy(() -> decoder.push(USER + 1))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining(Integer.toString(USER + 1));
        assertThatThrownBy(() -> plain.decode(new int[] {-1})).isInstanceOf(TokenizerException.class);
    }

    private static String push(StreamDecoder decoder, int value) {
        return decoder.push(FIRST_BYTE + value);
    }
}
