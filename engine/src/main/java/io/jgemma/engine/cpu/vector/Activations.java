package io.jgemma.engine.cpu.vector;

import io.jgemma.engine.spec.Activation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/** The feed-forward's nonlinearities. Both are {@code x} times a logistic: {@code 1 + tanh(z) = 2 / (1 + e^(-2 z))}. */
final class Activations {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final float SQRT_8_OVER_PI = (float) Math.sqrt(8 / Math.PI);
    private static final float CUBIC = 0.044715f;

    private Activations() {}

    /** {@code x = f(x + bias)}, both F32 of {@code n} elements. */
    static void applyTo(Activation f, MemorySegment x, long xOffset, MemorySegment bias, long biasOffset, int n) {
        int i = 0;
        for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
            FloatVector sum = Lanes.floats(x, xOffset + 4L * i).add(Lanes.floats(bias, biasOffset + 4L * i));
            Lanes.store(apply(f, sum), x, xOffset + 4L * i);
        }
        for (; i < n; i++) {
            float sum = x.get(FLOAT, xOffset + 4L * i) + bias.get(FLOAT, biasOffset + 4L * i);
            x.set(FLOAT, xOffset + 4L * i, apply(f, sum));
        }
    }

    static FloatVector apply(Activation f, FloatVector x) {
        FloatVector z = switch (f) {
            case GELU_TANH -> x.mul(x).mul(CUBIC).add(1).mul(x).mul(-SQRT_8_OVER_PI);
            case SILU -> x.neg();
        };
        return x.div(Lanes.exp(z).add(1));
    }

    static float apply(Activation f, float x) {
        double z = switch (f) {
            case GELU_TANH -> -SQRT_8_OVER_PI * x * (1.0 + CUBIC * x * x);
            case SILU -> -x;
        };
        return (float) (x / (1 + Math.exp(z)));
    }
}
