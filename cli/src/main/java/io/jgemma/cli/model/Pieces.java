package io.jgemma.cli.model;

import io.jgemma.cli.io.Lines;
import io.jgemma.engine.text.Tokenizer;
import java.nio.charset.StandardCharsets;

/** Tokens as text. */
public final class Pieces {
    private Pieces() {}

    /** The text of one token, control tokens by name; bytes that are half a character become U+FFFD. */
    public static String text(Tokenizer tokenizer, int id) {
        return new String(tokenizer.pieceBytes(id, true), StandardCharsets.UTF_8);
    }

    /** {@link #text} in quotes, on one line. */
    public static String quoted(Tokenizer tokenizer, int id) {
        return '"' + Lines.onOneLine(text(tokenizer, id).replace("\t", "\\t")) + '"';
    }
}
