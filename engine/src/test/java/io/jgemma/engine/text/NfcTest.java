package io.jgemma.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import org.junit.jupiter.api.Test;

class NfcTest {
    @Test
    void equalsTheNormalFormOfTheJdk() {
        RandomText texts = new RandomText(3);
        for (int i = 0; i < 5000; i++) {
            String text = texts.next();
            assertThat(normalize(text)).isEqualTo(Normalizer.normalize(text, Normalizer.Form.NFC));
        }
    }

    @Test
    void takesNothingButTheStretch() {
        byte[] text = "xe\u0301ye\u0301".getBytes(StandardCharsets.UTF_8);
        assertThat(Nfc.normalize(text, 1, 4)).asString(StandardCharsets.UTF_8).isEqualTo("\u00E9");
        assertThat(Nfc.normalize(text, 0, 2)).asString(StandardCharsets.UTF_8).isEqualTo("xe");
    }

    @Test
    void endlessMarksLoseNothing() {
        String marks = "\u0301\u0323".repeat(50_000);
        String normal = normalize("e" + marks + "z");
        assertThat(normal).startsWith("\u1EB9").endsWith("z");
        assertThat(normal.chars().filter(c -> c == '\u0301').count()).isEqualTo(50_000);
        String longest =
                "e" + "\u0323".repeat(Nfc.LONGEST_MARK_RUN / 2) + "\u0302".repeat(Nfc.LONGEST_MARK_RUN / 2) + "x";
        assertThat(normalize(longest)).isEqualTo(Normalizer.normalize(longest, Normalizer.Form.NFC));
    }

    private static String normalize(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new String(Nfc.normalize(bytes, 0, bytes.length), StandardCharsets.UTF_8);
    }
}
