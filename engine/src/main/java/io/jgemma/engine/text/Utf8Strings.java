package io.jgemma.engine.text;

import java.util.List;
import java.util.function.IntFunction;

/**
 * Many strings, handed out one by one as UTF-8. What is not well-formed is repaired on the way, so that readers need no
 * checks.
 */
final class Utf8Strings {
    private final int size;
    private final IntFunction<byte[]> strings;

    /**
     * Strings by their number.
     *
     * @param strings gives the bytes of each, as they are stored
     */
    Utf8Strings(int size, IntFunction<byte[]> strings) {
        this.size = size;
        this.strings = strings;
    }

    static Utf8Strings of(List<String> strings) {
        return new Utf8Strings(strings.size(), i -> Utf8.encode(strings.get(i)));
    }

    int size() {
        return size;
    }

    byte[] get(int i) {
        byte[] bytes = strings.apply(i);
        return Utf8.isWellFormed(bytes) ? bytes : Utf8.encode(Utf8.decode(bytes, 0, bytes.length));
    }
}
