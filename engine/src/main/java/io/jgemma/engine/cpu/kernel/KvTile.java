package io.jgemma.engine.cpu.kernel;

import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.quant.QuantEncoder;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.lang.foreign.MemorySegment;

/**
 * A quantized tile where it lies, seen as a matrix [rows][columns] of a block type, row after row: transposed keys
 * [keyDim][32] or values [32][valueDim]. The scales of all blocks come first, then their values, so that both can be
 * loaded in full registers; see {@link KvLayout}. It may be the first of a run of tiles that follow one another. A view: set
 * and set again, so that no object is made for a tile.
 */
public final class KvTile {

    private static final int BLOCK = KvLayout.TILE_TOKENS;

    private QuantType type = QuantTypes.Q4_0;
    private MemorySegment segment = MemorySegment.NULL;
    private long offsetBytes;
    private int rows;
    private int columns;
    private int tiles = 1;
    private long aheadBytes;
    private long tileBytes;
    private int valueBytes;
    private int current;

    /** Points this view at a tile. */
    public KvTile set(QuantType blockType, MemorySegment memory, long offset, int rowCount, int columnCount) {
        return set(blockType, memory, offset, rowCount, columnCount, 1);
    }

    /** Points this view at the first of a run of tiles. */
    public KvTile set(
            QuantType blockType, MemorySegment memory, long offset, int rowCount, int columnCount, int tileCount) {
        if (blockType != type || rowCount != rows || columnCount != columns) {
            tileBytes = blockType.bytes((long) rowCount * columnCount);
            valueBytes = blockType.blockBytes() - Short.BYTES;
        }
        type = blockType;
        segment = memory;
        offsetBytes = offset;
        rows = rowCount;
        columns = columnCount;
        tiles = tileCount;
        aheadBytes = 0;
        current = 0;
        return this;
    }

    /** Says where the run lies that will be read next, so that a kernel can ask memory for it. */
    public KvTile next(MemorySegment memory, long offset) {
        aheadBytes = memory.address() + offset - (segment.address() + offsetBytes);
        return this;
    }

    /** From this run to the next one, as far as is known; 0 else. A hint: nothing is to be read there. */
    public long aheadBytes() {
        return aheadBytes;
    }

    /** Turns to a tile of the run. */
    public KvTile at(int index) {
        current = index;
        return this;
    }

    /** Tiles in the run. */
    public int tiles() {
        return tiles;
    }

    /** Bytes of one tile. */
    public long tileBytes() {
        return tileBytes;
    }

    public QuantType type() {
        return type;
    }

    public MemorySegment segment() {
        return segment;
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    /** Number of blocks. Where {@link #columns} is no multiple of 32, some begin in one row and end in the next. */
    public int blocks() {
        return rows * columns / BLOCK;
    }

    /** Byte in {@link #segment} where the scale of a block lies, F16. */
    public long scale(int block) {
        return offsetBytes + current * tileBytes + (long) Short.BYTES * block;
    }

    /** Byte in {@link #segment} where the values of a block lie, as in the type's own blocks behind the scale. */
    public long values(int block) {
        return scale(blocks()) + (long) valueBytes * block;
    }

    /** Bytes of the values of one block. */
    public int valueBytes() {
        return valueBytes;
    }

    /** Writes the matrix with the type's own quantizer. */
    public void encode(float[] matrix) {
        MemorySegment block = MemorySegment.ofArray(new byte[type.blockBytes()]);
        for (int i = 0; i < blocks(); i++) {
            ((QuantEncoder) type).encode(matrix, i * BLOCK, BLOCK, block, 0);
            MemorySegment.copy(block, 0, segment, scale(i), Short.BYTES);
            MemorySegment.copy(block, Short.BYTES, segment, values(i), valueBytes());
        }
    }

    /** Reads the matrix. */
    void decode(float[] matrix) {
        MemorySegment block = MemorySegment.ofArray(new byte[type.blockBytes()]);
        for (int i = 0; i < blocks(); i++) {
            MemorySegment.copy(segment, scale(i), block, 0, Short.BYTES);
            MemorySegment.copy(segment, values(i), block, Short.BYTES, valueBytes());
            type.decode(block, 0, matrix, i * BLOCK, BLOCK);
        }
    }
}
