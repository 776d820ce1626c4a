package io.jgemma.engine.kv;

import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.backend.KvSide;
import java.io.IOException;

/**
 * The written part of a page or a recent tile: the same leading bytes of the K and of the V of every head.
 *
 * @param layout what the page or tile belongs to
 * @param recent whether it is a recent tile
 * @param keyBytes written bytes of a head's K
 * @param valueBytes written bytes of a head's V
 */
record WrittenPart(KvLayout layout, boolean recent, long keyBytes, long valueBytes) {

    /** Moves one piece. */
    @FunctionalInterface
    interface Mover {
        /** Moves {@code bytes} bytes of the page or tile from byte {@code offset} on. */
        void move(long offset, long bytes) throws IOException;
    }

    /**
     * Of a page.
     *
     * @param tokens its tokens before the sequence's end
     * @param quantized its tokens before the tail
     */
    static WrittenPart ofPage(KvLayout layout, int tokens, int quantized) {
        return new WrittenPart(
                layout,
                false,
                pageBytes(layout.keys(), tokens, quantized),
                pageBytes(layout.values(), tokens, quantized));
    }

    private static long pageBytes(KvSide side, int tokens, int quantized) {
        if (!side.tiled()) {
            return tokens * side.vectorBytes();
        }
        return quantized == 0 ? 0 : side.meanBytes() + quantized / KvLayout.TILE_TOKENS * side.tileBytes();
    }

    /** Of a recent tile, {@code tokens} of whose tokens lie before the sequence's end. */
    static WrittenPart ofRecentTile(KvLayout layout, int tokens) {
        return new WrittenPart(
                layout,
                true,
                tokens * layout.keys().recentVectorBytes(),
                tokens * layout.values().recentVectorBytes());
    }

    /** Bytes of all heads of all layers. */
    long bytes() {
        return (keyBytes + valueBytes) * layout.kvHeads() * layout.layers();
    }

    /** Goes through the pieces in the order of {@link KvExtent}. */
    void forEach(Mover mover) throws IOException {
        for (int layer = 0; layer < layout.layers(); layer++) {
            for (int head = 0; head < layout.kvHeads(); head++) {
                if (keyBytes > 0) {
                    mover.move(
                            recent ? layout.recentKeyOffset(layer, head, 0) : layout.keysOffset(layer, head), keyBytes);
                }
                if (valueBytes > 0) {
                    mover.move(
                            recent ? layout.recentValueOffset(layer, head, 0) : layout.valuesOffset(layer, head),
                            valueBytes);
                }
            }
        }
    }
}
