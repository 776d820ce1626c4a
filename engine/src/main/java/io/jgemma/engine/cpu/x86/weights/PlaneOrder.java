package io.jgemma.engine.cpu.x86.weights;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;

/**
 * In which order a kernel for rows on 512-bit registers meets activations. They are integers of 16 bits in two planes of bytes,
 * {@code q = 256 high + low} with both signed, because {@code vpdpbusd} multiplies unsigned codes of weights with signed bytes:
 * so codes need no widening, and two products of bytes give what one of 16 bits would.
 *
 * <p>What belongs together lies together in a unit of whole registers, so that a kernel walks along one address:
 *
 * <pre>
 * high bytes | low bytes | terms | factor d of each lane
 *
 * QUADS     4 blocks of 32, A to D   A[0..15] B C D, then A[16..31] B C D   terms: d s / 4 of each lane, F32
 * LESS_8    as QUADS                                                        terms: -8 times the sum of a lane's q, integers
 * LESS_16   as QUADS                                                        -16 times
 * LESS_128  2 blocks of 32           as they are                            -128 times
 * SUPER     256, with one d          each 32: 0, 2, 1, 3, 4, 6, 5, 7        terms: 0 x 8, -s of each 32, F32
 * SUPER_LESS_32                      as they are                            -32 times the sum of a lane's q, integers
 * </pre>
 * A lane is 32 bits: 4 neighbouring products. {@code s} is the sum of a block's {@code q}.
 */
public enum PlaneOrder {
    QUADS(BlockFormat.SIZE, 4, 64, 0),
    LESS_8(BlockFormat.SIZE, 4, 64, 8),
    LESS_16(BlockFormat.SIZE, 4, 64, 16),
    LESS_128(BlockFormat.SIZE, 2, 64, 128),
    SUPER(256, 1, 64, 0),
    SUPER_LESS_32(256, 1, 256, 32);

    private final int blockElements;
    private final int blocks;
    private final int termBytes;
    private final int offset;

    PlaneOrder(int blockElements, int blocks, int termBytes, int offset) {
        this.blockElements = blockElements;
        this.blocks = blocks;
        this.termBytes = termBytes;
        this.offset = offset;
    }

    /** In which order a format of blocks of 32 wants its activations. */
    public static PlaneOrder of(BlockFormat format) {
        if (!format.hasNibbles()) {
            return LESS_128;
        }
        return switch (format.offset()) {
            case -8 -> LESS_8;
            case -16 -> LESS_16;
            default -> QUADS;
        };
    }

    /** In which order a type of blocks of 256 wants its activations. */
    public static PlaneOrder of(QuantType superType) {
        return superType == QuantTypes.Q6_K ? SUPER_LESS_32 : SUPER;
    }

    /** Elements with one scale. */
    public int blockElements() {
        return blockElements;
    }

    /** Blocks of a unit. */
    public int blocks() {
        return blocks;
    }

    /** What is taken from each code, which is unsigned. */
    int offset() {
        return offset;
    }

    /** Where in a unit the low bytes begin; the high ones stand first. */
    int low() {
        return blockElements * blocks;
    }

    /** Where in a unit the terms begin. */
    int terms() {
        return 2 * low();
    }

    /** Where in a unit the factors begin. */
    int factors() {
        return terms() + termBytes;
    }

    int unitBytes() {
        return factors() + 64;
    }

    /** Units of a row of {@code n} elements; of the last some blocks may be missing, and are then zero. */
    int units(int n) {
        return Math.ceilDiv(n, low());
    }

    /** Bytes of a row of {@code n} elements. */
    public long rowBytes(int n) {
        return (long) units(n) * unitBytes();
    }
}
