package io.jgemma.engine.cpu.x86.attention;

/**
 * The argument block that {@link WordFactors} and {@link WordRows} share, in bytes. A block is 32 columns of the quantized matrix
 * {@code v}, a group 32 of its rows; {@code d} are its scales, F16 [blocks][groups][32], and {@code w} F32 [queries][rows] is what it is
 * multiplied with.
 */
final class WordArguments {

    // Addresses.
    static final int W = 0;
    static final int D = 8;
    static final int V = 16;
    /** Results. */
    static final int O = 24;
    /** F32 [queries], which the results begin with; 0: they begin with what is there. */
    static final int BEGIN = 32;
    /** Rounded {@code w d}: 16 bits [blocks][groups][queries][32]. */
    static final int X = 40;
    /** F32 [queries]. */
    static final int FACTORS = 48;
    /** Work: F32 [rows], and [queries][rows]. */
    static final int LARGEST = 56;

    static final int SCALED = 64;

    // Distances, from a query, block, group or row to the next.
    static final int W_BYTES = 72;
    static final int O_BYTES = 80;
    static final int D_BLOCK = 88;
    static final int D_GROUP = 96;
    static final int V_BLOCK = 104;
    static final int V_GROUP = 112;
    static final int V_ROW = 120;
    /** To what is read next, and is asked for meanwhile. */
    static final int D_AHEAD = 128;

    static final int V_AHEAD = 136;

    // Counts.
    static final int BLOCKS = 144;
    static final int GROUPS = 152;
    static final int QUERIES = 160;

    private WordArguments() {}
}
