package io.jgemma.engine.backend;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;

/**
 * How one of K and V is stored for one head of one layer: plainly, a vector a token, or quantized, a tile at a time. The
 * rules are in {@link KvLayout}.
 *
 * @param type how it is stored; one of blocks makes it quantized
 * @param dim elements of a vector
 * @param centred whether tiles are stored less the page's mean
 */
public record KvSide(QuantType type, int dim, boolean centred) {

    /** Whether tokens are stored in quantized tiles; else plainly. */
    public boolean tiled() {
        return type.blockSize() > 1;
    }

    /** Bytes of one tile. */
    public long tileBytes() {
        return type.bytes((long) KvLayout.TILE_TOKENS * dim);
    }

    /** Bytes of the mean in front of a page's tiles. */
    public long meanBytes() {
        return tiled() && centred ? (long) Short.BYTES * dim : 0;
    }

    /** Bytes of one vector: exact where it is stored plainly, its share of a tile where not. */
    public long vectorBytes() {
        return tiled() ? tileBytes() / KvLayout.TILE_TOKENS : type.bytes(dim);
    }

    /** Bytes in a page. */
    public long pageBytes() {
        return meanBytes() + KvLayout.PAGE_TOKENS / KvLayout.TILE_TOKENS * tileBytes();
    }

    /** What new tokens are stored as: exactly this, until they are quantized where that happens. */
    public QuantType recentType() {
        return tiled() ? QuantTypes.F16 : type;
    }

    /** Bytes of one vector in a recent tile. */
    public long recentVectorBytes() {
        return tiled() ? (long) Short.BYTES * dim : 0;
    }
}
