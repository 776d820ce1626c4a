package io.jgemma.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.backend.Matrix.Content;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.RopeSpec;
import io.jgemma.engine.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The part of {@link OpsContract} on what takes rows element by element: sums, norms, gates and rotation. */
abstract class ElementsContract extends BackendContract {

    static final int[] COLUMNS = {1, 3, 7, 17, 31, 33, 100, 640, 2049};
    private static final int[] ROWS = {1, 2, 3, 4, 5, 7, 13, 64, 512};

    /** Rows for a number of columns, so that no case takes long. */
    final int rowsFor(int columns) {
        int rows = oneOf(ROWS);
        return rows * columns > 200_000 ? rows % 7 + 1 : rows;
    }

    final void verifyAndClear() {
        memory().verify();
        memory().close();
    }

    // sums

    @ParameterizedTest
    @EnumSource(Content.class)
    void addAndAddBiasAreExactlyRounded(Content content) {
        for (int columns : COLUMNS) {
            int rows = rowsFor(columns);
            Matrix x = Matrix.random(random(), rows, columns, content);
            Matrix h = Matrix.random(random(), rows, columns, content);
            Tensor sum = memory().changeable(x);
            ops().add(sum, memory().input(h));
            Matrix bias = h.slice(rows - 1, 1);
            Tensor biased = memory().changeable(x);
            ops().addBias(biased, memory().input(bias));
            Matrix actualSum = memory().read(sum);
            Matrix actualBiased = memory().read(biased);
            for (int r = 0; r < rows; r++) {
                for (int i = 0; i < columns; i++) {
                    assertThat(actualSum.get(r, i)).isEqualTo(x.get(r, i) + h.get(r, i));
                    assertThat(actualBiased.get(r, i)).isEqualTo(x.get(r, i) + bias.get(0, i));
                }
            }
            verifyAndClear();
        }
    }

    // norms

    @ParameterizedTest
    @EnumSource(Content.class)
    void rmsNormMatches(Content content) {
        for (int columns : COLUMNS) {
            int rows = rowsFor(columns);
            Matrix x = Matrix.random(random(), rows, columns, content);
            Matrix w = Matrix.random(random(), 1, columns);
            float epsilon = random().nextBoolean() ? 1e-6f : 1e-5f;
            Tensor weight = memory().input(w);
            Tensor y = memory().output(rows, columns);
            ops().rmsNorm(y, memory().input(x), weight, epsilon);
            Tensor inPlace = memory().changeable(x);
            ops().rmsNorm(inPlace, inPlace, weight, epsilon);
            checkNorm(memory().read(y), x, w, epsilon, content + " rmsNorm of " + rows + " x " + columns);
            checkNorm(memory().read(inPlace), x, w, epsilon, content + " rmsNorm in place, " + rows + " x " + columns);
            verifyAndClear();
        }
    }

    private static void checkNorm(Matrix actual, Matrix x, Matrix w, float epsilon, String what) {
        int n = x.columns();
        Accuracy accuracy = new Accuracy();
        for (int r = 0; r < x.rows(); r++) {
            double squares = 0;
            float plainSquares = 0;
            for (int i = 0; i < n; i++) {
                squares += (double) x.get(r, i) * x.get(r, i);
                plainSquares += x.get(r, i) * x.get(r, i);
            }
            double factor = 1 / Math.sqrt(squares / n + epsilon);
            float plainFactor = (float) (1 / Math.sqrt(plainSquares / n + epsilon));
            for (int i = 0; i < n; i++) {
                double reference = x.get(r, i) * factor * w.get(0, i);
                accuracy.add(actual.get(r, i), reference, x.get(r, i) * plainFactor * w.get(0, i), reference);
            }
        }
        accuracy.verify(what);
    }

    @Test
    void addRmsNormEqualsItsParts() {
        for (int columns : COLUMNS) {
            int rows = rowsFor(columns);
            Matrix x = Matrix.random(random(), rows, columns);
            Matrix h = Matrix.random(random(), rows, columns);
            Tensor w = memory().input(Matrix.random(random(), 1, columns));
            Tensor fused = memory().changeable(x);
            ops().addRmsNorm(fused, memory().changeable(h), w, 1e-6f);
            Tensor composed = memory().changeable(x);
            Tensor normed = memory().changeable(h);
            ops().rmsNorm(normed, normed, w, 1e-6f);
            ops().add(composed, normed);
            Matrix expected = memory().read(composed);
            Matrix actual = memory().read(fused);
            Accuracy accuracy = new Accuracy();
            for (int r = 0; r < rows; r++) {
                for (int i = 0; i < columns; i++) {
                    float e = expected.get(r, i);
                    accuracy.add(actual.get(r, i), e, e, Math.abs(x.get(r, i)) + Math.abs(e));
                }
            }
            accuracy.verify("addRmsNorm of " + rows + " x " + columns);
            verifyAndClear();
        }
    }

    @ParameterizedTest
    @EnumSource(Content.class)
    void layerNormMatches(Content content) {
        for (int columns : COLUMNS) {
            int rows = rowsFor(columns);
            Matrix x = Matrix.random(random(), rows, columns, content);
            Matrix w = Matrix.random(random(), 1, columns);
            Matrix bias = Matrix.random(random(), 1, columns);
            float epsilon = random().nextBoolean() ? 1e-6f : 1e-5f;
            Tensor y = memory().output(rows, columns);
            ops().layerNorm(y, memory().input(x), memory().input(w), memory().input(bias), epsilon);
            Tensor inPlace = memory().changeable(x);
            ops().layerNorm(inPlace, inPlace, memory().input(w), memory().input(bias), epsilon);
            for (Tensor result : new Tensor[] {y, inPlace}) {
                checkLayerNorm(memory().read(result), x, w, bias, epsilon, content);
            }
            verifyAndClear();
        }
    }

    private static void checkLayerNorm(Matrix actual, Matrix x, Matrix w, Matrix bias, float epsilon, Content content) {
        int n = x.columns();
        Accuracy accuracy = new Accuracy();
        for (int r = 0; r < x.rows(); r++) {
            double mean = 0;
            float plainMean = 0;
            double largest = 0;
            for (int i = 0; i < n; i++) {
                mean += x.get(r, i);
                plainMean += x.get(r, i);
                largest = Math.max(largest, Math.abs(x.get(r, i)));
            }
            mean /= n;
            plainMean /= n;
            double squares = 0;
            float plainSquares = 0;
            for (int i = 0; i < n; i++) {
                squares += (x.get(r, i) - mean) * (x.get(r, i) - mean);
                plainSquares += (x.get(r, i) - plainMean) * (x.get(r, i) - plainMean);
            }
            double factor = 1 / Math.sqrt(squares / n + epsilon);
            float plainFactor = (float) (1 / Math.sqrt(plainSquares / n + epsilon));
            for (int i = 0; i < n; i++) {
                double reference = (x.get(r, i) - mean) * factor * w.get(0, i) + bias.get(0, i);
                float plain = (x.get(r, i) - plainMean) * plainFactor * w.get(0, i) + bias.get(0, i);
                // What the mean takes away is lost to rounding, whoever computes it.
                double magnitude = Math.abs(bias.get(0, i)) + largest * factor * Math.abs(w.get(0, i));
                accuracy.add(actual.get(r, i), reference, plain, magnitude);
            }
        }
        accuracy.verify(content + " layerNorm of " + x.rows() + " x " + n);
    }

    // gate

    @ParameterizedTest
    @EnumSource(Content.class)
    void activationOfABiasedSumMatches(Content content) {
        for (Activation f : Activation.values()) {
            for (int columns : COLUMNS) {
                int rows = rowsFor(columns);
                Matrix x = Matrix.random(random(), rows, columns, content);
                Matrix bias = Matrix.random(random(), 1, columns);
                Tensor y = memory().changeable(x);
                ops().activate(y, memory().input(bias), f);
                Matrix actual = memory().read(y);
                Accuracy accuracy = new Accuracy();
                for (int r = 0; r < rows; r++) {
                    for (int i = 0; i < columns; i++) {
                        float sum = x.get(r, i) + bias.get(0, i);
                        double reference = activation(f, sum);
                        // Where the curve is flat it is a small difference of numbers as large as the sum.
                        accuracy.add(actual.get(r, i), reference, plainActivation(f, sum), sum);
                    }
                }
                accuracy.verify(f + " of " + rows + " x " + columns + " and a bias, " + content);
                verifyAndClear();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Content.class)
    void gateMatchesAlsoInPlace(Content content) {
        for (Activation f : Activation.values()) {
            for (int columns : COLUMNS) {
                int rows = rowsFor(columns);
                Matrix gate = Matrix.random(random(), rows, columns, content);
                Matrix up = Matrix.random(random(), rows, columns);
                Tensor y = memory().output(rows, columns);
                ops().gate(y, memory().input(gate), memory().input(up), f);
                Tensor overGate = memory().changeable(gate);
                ops().gate(overGate, overGate, memory().input(up), f);
                Tensor overUp = memory().changeable(up);
                ops().gate(overUp, memory().input(gate), overUp, f);
                for (Tensor result : new Tensor[] {y, overGate, overUp}) {
                    checkGate(memory().read(result), gate, up, f, content);
                }
                verifyAndClear();
            }
        }
    }

    private static void checkGate(Matrix actual, Matrix gate, Matrix up, Activation f, Content content) {
        Accuracy accuracy = new Accuracy();
        for (int r = 0; r < gate.rows(); r++) {
            for (int i = 0; i < gate.columns(); i++) {
                float x = gate.get(r, i);
                float u = up.get(r, i);
                double reference = activation(f, x) * u;
                accuracy.add(actual.get(r, i), reference, plainActivation(f, x) * u, reference);
            }
        }
        accuracy.verify(f + " gate of " + gate.rows() + " x " + gate.columns() + ", " + content);
    }

    @Test
    void gateFollowsTheWholeCurve() {
        float[] points = new float[4001];
        for (int i = 0; i < points.length; i++) {
            points[i] = (i - 2000) / 20f;
        }
        points[0] = -3e38f;
        points[1] = -1e20f;
        points[4000] = 3e38f;
        points[3999] = 1e20f;
        Matrix gate = Matrix.of(1, points.length, points);
        for (Activation f : Activation.values()) {
            Tensor y = memory().output(1, points.length);
            ops().gate(y, memory().input(gate), memory().input(Matrix.filled(1, points.length, 1)), f);
            Matrix actual = memory().read(y);
            for (int i = 0; i < points.length; i++) {
                double reference = activation(f, points[i]);
                double tolerance = 1e-6 * (1 + Math.abs(reference));
                assertThat((double) actual.get(0, i))
                        .as("%s(%s) = %s", f, points[i], reference)
                        .isBetween(reference - tolerance, reference + tolerance);
            }
            verifyAndClear();
        }
    }

    private static double activation(Activation f, double x) {
        return switch (f) {
            // x / 2 (1 + tanh z) = x / (1 + e^(-2 z)), which keeps its digits in the negative tail.
            case GELU_TANH -> x / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case SILU -> x / (1 + Math.exp(-x));
        };
    }

    private static float plainActivation(Activation f, float x) {
        return switch (f) {
            case GELU_TANH ->
                0.5f * x * (1 + (float) Math.tanh((float) Math.sqrt(2 / Math.PI) * (x + 0.044715f * x * x * x)));
            case SILU -> x / (1 + (float) Math.exp(-x));
        };
    }

    // rope

    @Test
    void ropeTableHoldsCosineAndSine() {
        int[] positions = {0, 1, 17, 4095, 131_071, 3};
        for (RopeSpec spec : new RopeSpec[] {
            RopeSpec.of(RopeSpec.Style.HALVES, 64, 1e6, 8),
            RopeSpec.of(RopeSpec.Style.INTERLEAVED, 2, 1e4, 1),
            new RopeSpec(RopeSpec.Style.HALVES, new double[] {1, 0.25, 1e-3}, 1.25f)
        }) {
            Tensor table = memory().output(5, spec.rotatedDims());
            ops().ropeTable(table, spec, positions);
            Matrix actual = memory().read(table);
            double[] frequencies = spec.inverseFrequencies();
            for (int r = 0; r < 5; r++) {
                for (int i = 0; i < frequencies.length; i++) {
                    double angle = positions[r] * frequencies[i];
                    assertThat((double) actual.get(r, 2 * i))
                            .isBetween(
                                    spec.magnitude() * Math.cos(angle) - 2e-7,
                                    spec.magnitude() * Math.cos(angle) + 2e-7);
                    assertThat((double) actual.get(r, 2 * i + 1))
                            .isBetween(
                                    spec.magnitude() * Math.sin(angle) - 2e-7,
                                    spec.magnitude() * Math.sin(angle) + 2e-7);
                }
            }
            verifyAndClear();
        }
    }

    @ParameterizedTest
    @EnumSource(RopeSpec.Style.class)
    void ropeTurnsTheLeadingElementsOfEachHead(RopeSpec.Style style) {
        for (int headDim : new int[] {2, 6, 40, 64, 80, 256}) {
            for (int heads : new int[] {1, 3}) {
                int rows = oneOf(1, 2, 5, 64);
                int turned = random().nextBoolean() ? headDim : Math.max(2, headDim / 4 * 2);
                Matrix x = Matrix.random(random(), rows, heads * headDim);
                Matrix table = Matrix.random(random(), rows, turned);
                Tensor y = memory().changeable(x);
                ops().rope(y, memory().input(table), headDim, style);
                checkRope(memory().read(y), x, table, headDim, style);
                verifyAndClear();
            }
        }
    }

    private static void checkRope(Matrix actual, Matrix x, Matrix table, int headDim, RopeSpec.Style style) {
        int turned = table.columns();
        Accuracy accuracy = new Accuracy();
        for (int r = 0; r < x.rows(); r++) {
            for (int c = 0; c < x.columns(); c++) {
                int inHead = c % headDim;
                if (inHead >= turned) {
                    assertThat(actual.get(r, c))
                            .as("element beyond the turned ones")
                            .isEqualTo(x.get(r, c));
                    continue;
                }
                boolean halves = style == RopeSpec.Style.HALVES;
                int pair = halves ? inHead % (turned / 2) : inHead / 2;
                boolean first = halves ? inHead < turned / 2 : inHead % 2 == 0;
                int distance = halves ? turned / 2 : 1;
                float cos = table.get(r, 2 * pair);
                float sin = table.get(r, 2 * pair + 1);
                float own = x.get(r, c);
                float other = first ? -x.get(r, c + distance) : x.get(r, c - distance);
                double reference = (double) own * cos + (double) other * sin;
                double magnitude = Math.abs((double) own * cos) + Math.abs((double) other * sin);
                accuracy.add(actual.get(r, c), reference, own * cos + other * sin, magnitude);
            }
        }
        accuracy.verify(style + " rope of " + turned + " of " + headDim + " elements");
    }
}
