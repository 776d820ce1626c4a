package io.jgemma.engine.sample;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import java.util.function.Consumer;

/** Logits to choose from. */
final class TestLogits {
    private TestLogits() {}

    /** Native memory, read-only, freed when nobody looks at it any more. */
    static MemorySegment segment(float... logits) {
        return Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, logits).asReadOnly();
    }

    /** A mask in which all of {@code count} tokens are allowed but those that {@code forbid} clears. */
    static long[] mask(int count, Consumer<BitSet> forbid) {
        BitSet allowed = new BitSet(count);
        allowed.set(0, count);
        forbid.accept(allowed);
        return Arrays.copyOf(allowed.toLongArray(), (count + Long.SIZE - 1) / Long.SIZE);
    }

    /** Normally distributed logits. */
    static float[] gaussian(int count, double spread, long seed) {
        Random random = new Random(seed);
        float[] logits = new float[count];
        for (int id = 0; id < count; id++) {
            logits[id] = (float) (random.nextGaussian() * spread);
        }
        return logits;
    }
}
