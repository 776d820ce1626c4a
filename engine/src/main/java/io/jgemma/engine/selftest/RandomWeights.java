package io.jgemma.engine.selftest;

import io.jgemma.engine.quant.QuantType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.random.RandomGenerator;

/** Weights of any type made of random bytes that decode to numbers of usual size, whatever the type's layout. */
public final class RandomWeights {

    private static final double SMALLEST = 0.05;
    private static final double LARGEST = 20;

    private RandomWeights() {}

    /**
     * Stored blocks.
     *
     * @param elements a whole number of blocks
     * @param variety so many different blocks are drawn, and repeated in random order
     * @return native memory that lives as long as {@code arena}
     */
    public static MemorySegment of(QuantType type, long elements, int variety, RandomGenerator random, Arena arena) {
        MemorySegment blocks = arena.allocate(type.bytes(elements), 64);
        byte[][] drawn = new byte[variety][];
        for (int i = 0; i < variety; i++) {
            drawn[i] = block(type, random);
        }
        for (long at = 0; at < blocks.byteSize(); at += type.blockBytes()) {
            byte[] block = drawn[random.nextInt(variety)];
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
            double size = Math.sqrt(squares / values.length);
            if (size > SMALLEST && size < LARGEST) {
                return bytes;
            }
        }
    }
}
