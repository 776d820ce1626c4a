package io.jgemma.engine.backend;

import io.jgemma.engine.quant.QuantType;

/**
 * Where K and V of one group of layers lie. Layers of a group have the same heads and the same window, so that one page
 * table serves them all. A page holds {@link #PAGE_TOKENS} consecutive tokens:
 *
 * <pre>
 * page   = layer 0 | layer 1 | ...
 * layer  = head 0 | head 1 | ...                      (K/V heads)
 * head   = K side | V side
 * side   = [PAGE_TOKENS][dim]                         (F32, F16, BF16)
 * side   = mean F16 [dim] (K only) | 8 tiles          (Q4_0, Q8_0)
 * tile   = scales F16 [dim] | values [dim][16 or 32]  (the type's blocks, scales and values apart)
 * </pre>
 *
 * <h2>Quantized K and V that cost no quality</h2>
 *
 * <p><b>Along which axis.</b> A block shares one scale, so its values should be of one size. A few channels of K are far
 * larger than their neighbours, in every token; a block across channels takes their scale and leaves the others a step or
 * two. So a K block is one channel of {@link #TILE_TOKENS} tokens, and a tile of K is the transposed matrix [dim][32]. V
 * has no such channels: its tile is [32][dim], cut into blocks as it lies in memory, which is along channels (Liu et al.,
 * 2024, KIVI).
 *
 * <p><b>The mean.</b> What is left in a channel of K is mostly a constant. The softmax does not see a constant added to
 * all scores, but pages differ, so each page carries the mean of its first tile's K, the tiles store {@code K - mean},
 * and a score is {@code q . (K - mean) + q . mean}: the second product is one number for a page (after Zhang et al.,
 * 2025, SageAttention).
 *
 * <p><b>The tail.</b> A block needs 32 tokens, and recent tokens carry most of the attention. So the newest
 * {@link #TAIL_TOKENS} to {@link #TAIL_TOKENS} + 31 tokens wait in recent tiles in F16, and the oldest of these is
 * quantized into its page when the tail would grow beyond that: {@link #tailStart}.
 *
 * <p><b>The sink.</b> The first tokens of a text draw attention from everywhere (Xiao et al., 2024, StreamingLLM). Layers
 * without a window keep their first tile in F16, too; in window layers it leaves with the window.
 *
 * <p>A recent tile holds the same 32 tokens of all layers of the group, of the quantized sides only:
 *
 * <pre>
 * recent tile = layer 0 | layer 1 | ...;  layer = head 0 | head 1 | ...;  head = K F16 [32][dim] | V F16 [32][dim]
 * </pre>
 *
 * @param layers layers in the group
 * @param kvHeads K/V heads of each layer
 * @param keys how K is stored
 * @param values how V is stored
 * @param window tokens a row sees, itself included; 0 = all
 */
public record KvLayout(int layers, int kvHeads, KvSide keys, KvSide values, int window) {

    /** Tokens in a page: the unit of allocation and sharing. */
    public static final int PAGE_TOKENS = 256;

    /** Tokens in a tile: the unit attention works on and quantization works in. */
    public static final int TILE_TOKENS = 32;

    /** The newest tokens, at least, that quantized layouts keep in F16. */
    public static final int TAIL_TOKENS = 128;

    /** The layout of layers whose K and V have these sizes and types. */
    public static KvLayout of(
            int layers, int kvHeads, int keyDim, int valueDim, QuantType keyType, QuantType valueType, int window) {
        return new KvLayout(
                layers, kvHeads, new KvSide(keyType, keyDim, true), new KvSide(valueType, valueDim, false), window);
    }

    /** Elements of a K head. */
    public int keyDim() {
        return keys.dim();
    }

    /** Elements of a V head. */
    public int valueDim() {
        return values.dim();
    }

    /** Whether K or V is quantized, so that there are recent tiles. */
    public boolean tiled() {
        return keys.tiled() || values.tiled();
    }

    /** Whether K or V is stored plainly, so that there is a page for every token. */
    public boolean plain() {
        return !keys.tiled() || !values.tiled();
    }

    /** Whether the first tile stays in F16. */
    public boolean sink() {
        return tiled() && window == 0;
    }

    /** Whether a tile is the first of layers that keep it in F16. */
    public boolean sink(int tile) {
        return tile == 0 && sink();
    }

    /**
     * Whether the quantized sides of a stored tile are read in F16, from a recent tile: it has not left the tail, or is the
     * sink. Else they are read from the tile's page. What storing makes of tiles is at {@link KvAppend}.
     *
     * @param tailStart first token of the tail
     */
    public boolean recent(int tile, int tailStart) {
        return tiled() && (tile * TILE_TOKENS >= tailStart || sink(tile));
    }

    /**
     * First token of the tail after a sequence has grown.
     *
     * @param before first token of the tail before; never moves back
     * @param length tokens of the sequence
     */
    public static int tailStart(int before, int length) {
        int oldest = Math.max(0, length - TAIL_TOKENS);
        return Math.max(before, oldest - oldest % TILE_TOKENS);
    }

    /** Bytes of a page. */
    public long pageBytes() {
        return (long) layers * layerBytes();
    }

    /** Bytes of a recent tile; 0 where nothing is quantized. */
    public long recentTileBytes() {
        return (long) layers * kvHeads * recentHeadBytes();
    }

    /** Bytes that 256 tokens take in pages, over 256: what a token takes in all layers of the group, means included. */
    public double tokenBytes() {
        return (double) pageBytes() / PAGE_TOKENS;
    }

    /** Byte within a page where a head's K begins, with the mean where there is one. */
    public long keysOffset(int layer, int head) {
        return layer * layerBytes() + head * (keys.pageBytes() + values.pageBytes());
    }

    /** Byte within a page where a head's V begins. */
    public long valuesOffset(int layer, int head) {
        return keysOffset(layer, head) + keys.pageBytes();
    }

    /** Byte within a page where the plain K vector of a token of the page begins. */
    public long keyOffset(int layer, int head, int token) {
        return keysOffset(layer, head) + token * keys.vectorBytes();
    }

    /** Byte within a page where the plain V vector of a token of the page begins. */
    public long valueOffset(int layer, int head, int token) {
        return valuesOffset(layer, head) + token * values.vectorBytes();
    }

    /** Byte within a page where a quantized tile (0 to 7) of K begins. */
    public long keyTileOffset(int layer, int head, int tile) {
        return keysOffset(layer, head) + keys.meanBytes() + tile * keys.tileBytes();
    }

    /** Byte within a page where a quantized tile (0 to 7) of V begins. */
    public long valueTileOffset(int layer, int head, int tile) {
        return valuesOffset(layer, head) + tile * values.tileBytes();
    }

    /** Byte within a recent tile where the K vector of a token (0 to 31) of the tile begins. */
    public long recentKeyOffset(int layer, int head, int token) {
        return ((long) layer * kvHeads + head) * recentHeadBytes() + token * keys.recentVectorBytes();
    }

    /** Byte within a recent tile where the V vector of a token (0 to 31) of the tile begins. */
    public long recentValueOffset(int layer, int head, int token) {
        return recentKeyOffset(layer, head, TILE_TOKENS) + token * values.recentVectorBytes();
    }

    /** {@link #keyOffset} or {@link #valueOffset}, whichever side it is. */
    public long plainOffset(KvSide side, int layer, int head, int token) {
        return side.centred() ? keyOffset(layer, head, token) : valueOffset(layer, head, token);
    }

    /** {@link #recentKeyOffset} or {@link #recentValueOffset}, whichever side it is. */
    public long recentOffset(KvSide side, int layer, int head, int token) {
        return side.centred() ? recentKeyOffset(layer, head, token) : recentValueOffset(layer, head, token);
    }

    private long layerBytes() {
        return kvHeads * (keys.pageBytes() + values.pageBytes());
    }

    private long recentHeadBytes() {
        return TILE_TOKENS * (keys.recentVectorBytes() + values.recentVectorBytes());
    }
}
