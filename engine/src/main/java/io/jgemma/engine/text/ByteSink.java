package io.jgemma.engine.text;

import java.util.Arrays;

/** A growing run of bytes whose beginning can be taken away as text. */
final class ByteSink {
    private byte[] bytes = new byte[64];
    private int size;

    void add(byte value) {
        grow(1);
        bytes[size++] = value;
    }

    void add(byte[] source, int from, int to) {
        grow(to - from);
        System.arraycopy(source, from, bytes, size, to - from);
        size += to - from;
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    /** The bytes themselves, valid up to {@link #size} and until the next change. */
    byte[] array() {
        return bytes;
    }

    byte[] toArray() {
        return Arrays.copyOf(bytes, size);
    }

    /** Takes the first {@code count} bytes as text; ill-formed sequences become U+FFFD, one per maximal subpart. */
    String takeText(int count) {
        if (count == 0) {
            return "";
        }
        String text = Utf8.decode(bytes, 0, count);
        System.arraycopy(bytes, count, bytes, 0, size - count);
        size -= count;
        return text;
    }

    private void grow(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), size + (size >> 1)));
        }
    }
}
