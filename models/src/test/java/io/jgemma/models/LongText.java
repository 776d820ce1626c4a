package io.jgemma.models;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** A real text of some 7,500 tokens: the GNU General Public License, version 3. */
final class LongText {

    private LongText() {}

    static String read() {
        try (InputStream in = Objects.requireNonNull(LongText.class.getResourceAsStream("/text/gpl-3.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
