package io.jgemma.engine.gguf;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * An array of strings, kept in the file and decoded one by one when asked for. Reading is safe from any thread until the
 * file is closed, after which it throws {@link IllegalStateException}.
 */
public final class GgufStrings extends AbstractList<String> implements RandomAccess {
    private final MemorySegment data;
    private final long[] starts;

    /** {@code first} is where the first string's length stands; that all strings lie within the data is known already. */
    GgufStrings(MemorySegment data, long first, int count) {
        this.data = data;
        this.starts = new long[count];
        LengthReader lengths = new LengthReader(data);
        long p = first;
        for (int i = 0; i < count; i++) {
            starts[i] = p;
            p += 8 + lengths.at(p);
        }
    }

    @Override
    public int size() {
        return starts.length;
    }

    /** String {@code i}; bytes that are not UTF-8 become U+FFFD, see {@link #bytes(int)}. */
    @Override
    public String get(int i) {
        return new String(bytes(i), StandardCharsets.UTF_8);
    }

    /** The bytes of string {@code i} as stored; a vocabulary may hold pieces that are no whole UTF-8 characters. */
    public byte[] bytes(int i) {
        long start = starts[Objects.checkIndex(i, starts.length)];
        byte[] bytes = new byte[(int) data.get(GgufCursor.LONG, start)];
        MemorySegment.copy(data, GgufCursor.BYTE, start + 8, bytes, 0, bytes.length);
        return bytes;
    }
}
