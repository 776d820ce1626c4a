package io.jgemma.engine.backend;

import io.jgemma.engine.quant.QuantType;

/**
 * Where K and V of one group of layers lie inside a page. Layers of a group have the same heads and the same window, so
 * that one page table serves them all. A page holds {@link #PAGE_TOKENS} consecutive tokens:
 *
 * <pre>
 * page   = layer 0 | layer 1 | ...
 * layer  = head 0 | head 1 | ...                      (K/V heads)
 * head   = K [PAGE_TOKENS][keyDim] | V [PAGE_TOKENS][valueDim]
 * </pre>
 *
 * @param layers layers in the group
 * @param kvHeads K/V heads of each layer
 * @param keyDim elements of a K head
 * @param valueDim elements of a V head
 * @param keyType how K is stored
 * @param valueType how V is stored
 * @param window tokens a row sees, itself included; 0 = all
 */
public record KvLayout(
        int layers, int kvHeads, int keyDim, int valueDim, QuantType keyType, QuantType valueType, int window) {

    /** Tokens in a page: the unit of allocation and sharing. */
    public static final int PAGE_TOKENS = 256;

    /** Tokens in a tile: the unit attention works on. */
    public static final int TILE_TOKENS = 32;

    /** Bytes of one K vector. */
    public long keyBytes() {
        return keyType.bytes(keyDim);
    }

    /** Bytes of one V vector. */
    public long valueBytes() {
        return valueType.bytes(valueDim);
    }

    /** Bytes of a page. */
    public long pageBytes() {
        return (long) layers * layerBytes();
    }

    /** Bytes that one token takes in all layers of the group. */
    public long tokenBytes() {
        return (long) layers * kvHeads * (keyBytes() + valueBytes());
    }

    /**
     * Byte within a page where the K vector of a token begins.
     *
     * @param layer index of the layer within the group
     * @param head K/V head
     * @param token token within the page
     */
    public long keyOffset(int layer, int head, int token) {
        return headOffset(layer, head) + token * keyBytes();
    }

    /** Byte within a page where the V vector of a token begins; parameters as in {@link #keyOffset}. */
    public long valueOffset(int layer, int head, int token) {
        return headOffset(layer, head) + PAGE_TOKENS * keyBytes() + token * valueBytes();
    }

    private long layerBytes() {
        return kvHeads * headBytes();
    }

    private long headBytes() {
        return PAGE_TOKENS * (keyBytes() + valueBytes());
    }

    private long headOffset(int layer, int head) {
        return layer * layerBytes() + head * headBytes();
    }
}
