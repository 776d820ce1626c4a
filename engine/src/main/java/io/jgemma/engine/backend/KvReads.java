package io.jgemma.engine.backend;

/**
 * What attention has read.
 *
 * @param all tokens whose K and V were used, once for each row, K/V head and layer
 * @param quantized how many of them lay in quantized tiles
 */
public record KvReads(long all, long quantized) {}
