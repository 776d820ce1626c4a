package io.jgemma.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class Utf8Test {
    @Property
    void wellFormedTextIsPlainUtf8(@ForAll String text) {
        String clean = new String(text.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.UTF_16BE);
        assertThat(Utf8.encode(clean)).isEqualTo(clean.getBytes(StandardCharsets.UTF_8));
    }

    @Example
    void storedStringsAreRepaired() {
        byte[][] stored = {{'a'}, {(byte) 0xC3, (byte) 0xA9}, {(byte) 0xE2, (byte) 0x96}};
        Utf8Strings strings = new Utf8Strings(stored.length, i -> stored[i]);
        assertThat(strings.size()).isEqualTo(3);
        assertThat(strings.get(1)).isEqualTo("\u00E9".getBytes(StandardCharsets.UTF_8));
        assertThat(strings.get(2)).isEqualTo("\uFFFD".getBytes(StandardCharsets.UTF_8));
    }

    @Example
    void unpairedSurrogatesBecomeReplacementCharacters() {
        assertThat(text("a\uD800b")).isEqualTo("a\uFFFDb");
        assertThat(text("\uDC00\uD83D\uDE42\uD83D")).isEqualTo("\uFFFD\uD83D\uDE42\uFFFD");
        assertThat(text("\uD800\uD800\uDC00")).isEqualTo("\uFFFD\uD800\uDC00");
        assertThat(text("?")).isEqualTo("?");
    }

    @Example
    void codePointsAndLengths() {
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            if (codePoint == Character.MIN_SURROGATE) {
                codePoint = Character.MAX_SURROGATE + 1;
            }
            byte[] bytes = Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
            if (Utf8.codePoint(bytes, 0) != codePoint
                    || Utf8.length(bytes[0]) != bytes.length
                    || Utf8.length(codePoint) != bytes.length
                    || Utf8.before(bytes, bytes.length) != 0) {
                assertThat(codePoint).as("misread").isEqualTo(Utf8.codePoint(bytes, 0));
            }
        }
    }

    /** Bytes wait exactly as long as some continuation would make a character of them. */
    @Example
    void unfinishedIsWhatCouldStillBecomeACharacter() {
        BrokenText broken = new BrokenText(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = broken.next();
            int expected = 0;
            for (int length = 1; length <= Math.min(3, bytes.length); length++) {
                expected = BrokenText.canGrow(bytes, bytes.length - length, bytes.length) ? length : expected;
            }
            assertThat(Utf8.unfinished(bytes, bytes.length)).isEqualTo(expected);
        }
    }

    @Example
    void eachMaximalSubpartBecomesOneReplacementCharacter() {
        BrokenText broken = new BrokenText(2);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = broken.next();
            assertThat(Utf8.decode(bytes, 0, bytes.length)).isEqualTo(BrokenText.decoded(bytes));
        }
        byte[] surrogate = {(byte) 0xED, (byte) 0xA0, (byte) 0x80, 'x'};
        assertThat(Utf8.decode(surrogate, 0, 4)).isEqualTo("\uFFFD\uFFFD\uFFFDx");
    }

    private static String text(String input) {
        return new String(Utf8.encode(input), StandardCharsets.UTF_8);
    }
}
