package io.jgemma.engine.backend;

import io.jgemma.engine.quant.QuantEncoder;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.selftest.RandomWeights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
        if (type instanceof QuantEncoder encoder) {
            MemorySegment blocks = arena.allocate(type.bytes(elements), 1);
            encoder.encode(Matrix.random(random, rows, columns).data(), 0, elements, blocks, 0);
            return blocks;
        }
        return RandomWeights.of(type, elements, VARIETY, random, arena);
    }
}
