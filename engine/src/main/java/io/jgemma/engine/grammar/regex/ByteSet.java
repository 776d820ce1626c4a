package io.jgemma.engine.grammar.regex;

/**
 * A set of bytes.
 *
 * @param w0 bit i: byte i
 * @param w1 bit i: byte 64 + i
 * @param w2 bit i: byte 128 + i
 * @param w3 bit i: byte 192 + i
 */
public record ByteSet(long w0, long w1, long w2, long w3) {
    /** No byte. */
    public static final ByteSet NONE = new ByteSet(0, 0, 0, 0);

    /** Every byte. */
    public static final ByteSet ALL = new ByteSet(-1, -1, -1, -1);

    /** One byte, 0 to 255. */
    public static ByteSet of(int value) {
        return range(value, value);
    }

    /** The bytes from {@code low} to {@code high}, both included. */
    public static ByteSet range(int low, int high) {
        return new ByteSet(word(low, high, 0), word(low, high, 1), word(low, high, 2), word(low, high, 3));
    }

    private static long word(int low, int high, int word) {
        int from = Math.max(low - 64 * word, 0);
        int to = Math.min(high - 64 * word, 63);
        return from > to ? 0 : -1L >>> (63 - to) & -1L << from;
    }

    public boolean contains(int value) {
        long word = switch (value >> 6) {
            case 0 -> w0;
            case 1 -> w1;
            case 2 -> w2;
            default -> w3;
        };
        return (word >>> value & 1) != 0;
    }

    public boolean isEmpty() {
        return (w0 | w1 | w2 | w3) == 0;
    }

    /** Whether any byte is in both. */
    boolean intersects(ByteSet other) {
        return !and(other).isEmpty();
    }

    /** Whether every byte of the other is in this set. */
    boolean containsAll(ByteSet other) {
        return other.minus(this).isEmpty();
    }

    public ByteSet or(ByteSet other) {
        return new ByteSet(w0 | other.w0, w1 | other.w1, w2 | other.w2, w3 | other.w3);
    }

    public ByteSet and(ByteSet other) {
        return new ByteSet(w0 & other.w0, w1 & other.w1, w2 & other.w2, w3 & other.w3);
    }

    public ByteSet minus(ByteSet other) {
        return new ByteSet(w0 & ~other.w0, w1 & ~other.w1, w2 & ~other.w2, w3 & ~other.w3);
    }
}
