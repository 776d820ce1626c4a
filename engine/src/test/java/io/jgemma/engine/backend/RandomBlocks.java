package io.jgemma.engine.backend;

import io.jgemma.engine.quant.QuantEncoder;
import io.jgemma.engine.quant.QuantType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.random.RandomGenerator;

/**
 * Weights of any type. Types that can be encoded are; of the others, random bytes are taken that decode to values of
 * usual size, so that a new type is tested without a word about its layout.
 */
public final class RandomBlocks {

    /** So many different blocks make up a weight of a type that has no encoder. */
    private static final int VARIETY = 24;

    private RandomBlocks() {}

    /** Stored blocks of {@code rows} rows of {@code columns} elements. */
    public static MemorySegment of(QuantType type, int rows, int columns, RandomGenerator random, Arena arena) {
        int elements = rows * columns;
        MemorySegment blocks = arena.allocate(type.bytes(elements), 1);
        if (type instanceof QuantEncoder encoder) {
            encoder.encode(Matrix.random(random, rows, columns).data(), 0, elements, blocks, 0);
            return blocks;
        }
        byte[][] variety = new byte[VARIETY][];
        for (int i = 0; i < VARIETY; i++) {
            variety[i] = block(type, random);
        }
        for (long at = 0; at < blocks.byteSize(); at += type.blockBytes()) {
            byte[] block = variety[random.nextInt(VARIETY)];
            MemorySegment.copy(block, 0, blocks, ValueLayout.JAVA_BYTE, at, block.length);
        }
        return blocks;
    }

    private static byte[] block(QuantType type, RandomGenerator random) {
        byte[] bytes = new byte[type.blockBytes()];
        float[] values = new float[type.blockSize()];
        while (true) {
            random.nextBytes(bytes);
            type.decode(MemorySegment.ofArray(bytes), 0, values, 0, values.length);
            double squares = 0;
            for (float value : values) {
                squares += (double) value * value;
            }
            double deviation = Math.sqrt(squares / values.length);
            if (deviation > 0.05 && deviation < 20) {
                return bytes;
            }
        }
    }
}
