package io.jgemma.engine.text;

import java.nio.charset.StandardCharsets;

/** The strings of a vocabulary, one after the other in one array of UTF-8 bytes. Immutable. */
final class Pieces {
    private final byte[] bytes;
    /** [count + 1]: where each piece begins. */
    private final int[] offsets;

    private Pieces(byte[] bytes, int[] offsets) {
        this.bytes = bytes;
        this.offsets = offsets;
    }

    static Pieces of(Utf8Strings strings) {
        ByteSink bytes = new ByteSink();
        int[] offsets = new int[strings.size() + 1];
        for (int i = 0; i < strings.size(); i++) {
            byte[] piece = strings.get(i);
            bytes.add(piece, 0, piece.length);
            offsets[i + 1] = bytes.size();
        }
        return new Pieces(bytes.toArray(), offsets);
    }

    int count() {
        return offsets.length - 1;
    }

    /** The array that {@link #from} and {@link #to} point into; not to be written. */
    byte[] bytes() {
        return bytes;
    }

    int from(int id) {
        return offsets[id];
    }

    int to(int id) {
        return offsets[id + 1];
    }

    int length(int id) {
        return offsets[id + 1] - offsets[id];
    }

    String text(int id) {
        return new String(bytes, offsets[id], length(id), StandardCharsets.UTF_8);
    }

    boolean equal(int id, byte[] text, int from, int to) {
        int length = to - from;
        int at = offsets[id];
        if (offsets[id + 1] - at != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (bytes[at + i] != text[from + i]) {
                return false;
            }
        }
        return true;
    }
}
