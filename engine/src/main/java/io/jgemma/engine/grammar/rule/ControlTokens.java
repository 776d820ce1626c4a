package io.jgemma.engine.grammar.rule;

import java.nio.charset.StandardCharsets;

/** How grammars read control tokens: as their names between two bytes that no text has. */
public final class ControlTokens {
    private static final byte BEGIN = (byte) 0xFF;
    private static final byte END = (byte) 0xFE;

    private ControlTokens() {}

    /** What stands for the control token of a name. */
    public static byte[] bytes(String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        byte[] marked = new byte[text.length + 2];
        marked[0] = BEGIN;
        System.arraycopy(text, 0, marked, 1, text.length);
        marked[marked.length - 1] = END;
        return marked;
    }

    /** Whether a byte could be taken for such a mark, so that a token of that byte alone must not be allowed. */
    public static boolean isMark(byte value) {
        return value == BEGIN || value == END;
    }
}
