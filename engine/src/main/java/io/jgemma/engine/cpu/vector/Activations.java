package io.jgemma.engine.cpu.vector;

import io.jgemma.engine.spec.Activation;
import jdk.incubator.vector.FloatVector;

/** The gate's nonlinearities. Both are {@code x} times a logistic: {@code 1 + tanh(z) = 2 / (1 + e^(-2 z))}. */
final class Activations {

    private static final float SQRT_8_OVER_PI = (float) Math.sqrt(8 / Math.PI);
    private static final float CUBIC = 0.044715f;

    private Activations() {}

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
