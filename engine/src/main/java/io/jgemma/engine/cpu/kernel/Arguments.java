package io.jgemma.engine.cpu.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The block of arguments of code that is not Java: words of 8 bytes. They are set on the heap and copied when they are wanted, because a
 * store to native memory is a hundred times slower until it is compiled, and compiles to a hundred instructions.
 */
public final class Arguments {

    /** Words of the longest block. */
    private static final int WORDS = 24;

    private static final int WORD_BYTES = Long.BYTES;
    private static final long LOW_HALF = 0xFFFF_FFFFL;

    private final long[] words = new long[WORDS];
    private final MemorySegment block = Arena.ofAuto().allocate((long) WORDS * WORD_BYTES, 64);

    Arguments() {}

    /**
     * Sets a word.
     *
     * @param offset in bytes, a multiple of 8
     */
    public void set(int offset, long value) {
        words[offset / WORD_BYTES] = value;
    }

    /**
     * Sets half a word.
     *
     * @param offset in bytes, a multiple of 4
     */
    public void setFloat(int offset, float value) {
        int shift = offset % WORD_BYTES * Byte.SIZE;
        long kept = words[offset / WORD_BYTES] & ~(LOW_HALF << shift);
        words[offset / WORD_BYTES] = kept | (Float.floatToRawIntBits(value) & LOW_HALF) << shift;
    }

    /** A word as it was set, or read back. */
    public long get(int offset) {
        return words[offset / WORD_BYTES];
    }

    /** Brings all words to where code reads them; the address of the first. */
    public long address() {
        MemorySegment.copy(words, 0, block, ValueLayout.JAVA_LONG, 0, WORDS);
        return block.address();
    }

    /** Takes all words as code has left them. */
    public void readBack() {
        MemorySegment.copy(block, ValueLayout.JAVA_LONG, 0, words, 0, WORDS);
    }
}
