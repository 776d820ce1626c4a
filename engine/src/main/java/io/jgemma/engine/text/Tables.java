package io.jgemma.engine.text;

/** What the open-addressing tables share. */
final class Tables {
    private Tables() {}

    /** A power of two that {@code entries} fill to at most two thirds, so that a failing search ends soon. */
    static int capacity(int entries) {
        if (entries > 1 << 28) {
            throw new TokenizerException(
                    "tokenizer.ggml.tokens: " + entries + " entries are beyond what fits in memory");
        }
        return Integer.highestOneBit(Math.max(8, entries + (entries >> 1))) << 1;
    }

    /** Spreads every bit of {@code key} over the whole word (a bijection: xor-shift and multiplication by an odd number). */
    static long mix(long key) {
        long mixed = (key ^ key >>> 32) * 0x9E3779B97F4A7C15L;
        return mixed ^ mixed >>> 29;
    }
}
