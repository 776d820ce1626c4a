package io.jgemma.engine.sample;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** Logits to choose from. */
final class TestLogits {
    private TestLogits() {}

    /** Native memory, read-only, freed when nobody looks at it any more. */
    static MemorySegment segment(float... logits) {
        return Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, logits).asReadOnly();
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
