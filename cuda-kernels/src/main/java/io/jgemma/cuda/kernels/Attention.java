package io.jgemma.cuda.kernels;

/**
 * Addresses of what one launch of attention reads and writes, all F32, beginning at the first row.
 *
 * @param y {@code [rows, queryHeads * valueDim]}
 * @param q {@code [rows, queryHeads * keyDim]}
 * @param k {@code [rows, kvHeads * keyDim]}
 * @param v {@code [rows, kvHeads * valueDim]}
 */
public record Attention(long y, long q, long k, long v) {

    /**
     * Where K and V of the rows lie.
     *
     * @param table address of a {@code KvSpan} of {@code kv.cuh} with its addresses behind it
     * @param layer place of the layer in its group
     */
    public record Place(long table, int layer) {}

    /**
     * Addresses of new K and V, F32.
     *
     * @param k {@code [rows, kvHeads * keyDim]}
     * @param v {@code [rows, kvHeads * valueDim]}
     */
    public record Store(long k, long v, int kvHeads) {}

    /** Rows of a launch, query and K/V heads, and elements of a K and a V vector. */
    public record Shape(int rows, int queryHeads, int kvHeads, int keyDim, int valueDim) {}
}
