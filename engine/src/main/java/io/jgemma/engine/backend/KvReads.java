package io.jgemma.engine.backend;

/**
 * What attention has read.
 *
 * @param all tokens whose K and V were used, once for each row, K/V head and layer
 * @param quantized how many of them lay in quantized tiles
 */
public record KvReads(long all, long quantized) {

    /** The reads of both. */
    public KvReads plus(KvReads other) {
        return new KvReads(all + other.all, quantized + other.quantized);
    }
}
