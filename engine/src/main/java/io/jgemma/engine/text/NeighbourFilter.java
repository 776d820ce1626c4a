package io.jgemma.engine.text;

/**
 * Which characters may stand next to each other inside a piece of a vocabulary. Where two neighbours in a text never do,
 * no merge can ever cross, so the text may be cut there without changing the result. A Bloom filter with one hash: it may
 * say yes wrongly, never no. Immutable once filled.
 */
final class NeighbourFilter {
    private final long[] bits;
    private final int mask;

    /**
     * @param neighbours about how many pairs will be added
     */
    NeighbourFilter(int neighbours) {
        bits = new long[Math.max(1 << 10, Tables.capacity(neighbours) >> 6)];
        mask = bits.length * Long.SIZE - 1;
    }

    /** Adds every pair of neighbours in a piece. */
    void addAll(byte[] text, int from, int to) {
        int left = -1;
        for (int at = from; at < to; ) {
            int right = Utf8.codePoint(text, at);
            if (left >= 0) {
                int hash = hash(left, right);
                bits[hash >>> 6] |= 1L << hash;
            }
            left = right;
            at += Utf8.length(right);
        }
    }

    boolean mayJoin(int left, int right) {
        int hash = hash(left, right);
        return (bits[hash >>> 6] >>> hash & 1) != 0;
    }

    private int hash(int left, int right) {
        return (int) Tables.mix((long) left << 32 | right) & mask;
    }
}
