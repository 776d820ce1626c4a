package io.jgemma.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.backend.Matrix.Content;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.RopeSpec;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the operations on rows must do on every backend, attention excepted: results against double precision at odd
 * sizes and extreme values, inputs and neighbouring memory untouched, wrong shapes refused.
 */
public abstract class OpsContract extends BackendContract {

    private static final int[] COLUMNS = {1, 3, 7, 17, 31, 33, 100, 640, 2049};
    private static final int[] ROWS = {1, 2, 3, 4, 5, 7, 13, 64, 512};

    /**
     * How many units in the last place of the sum of its terms' magnitudes a product with this type may be off (root mean
     * square) where plain float32 arithmetic is exact. A backend whose kernel trades digits for speed says so here.
     */
    protected double productUnits(QuantType type) {
        return 1;
    }

    /** Rows for a number of columns, so that no case takes long. */
    private int rowsFor(int columns) {
        int rows = oneOf(ROWS);
        return rows * columns > 200_000 ? rows % 7 + 1 : rows;
    }

    // matmul

    @Test
    void matmulTakesEveryTypeAtOddSizes() {
        for (QuantType type : QuantTypes.all()) {
            int[] blocks = type.blockSize() == 1 ? COLUMNS : new int[] {1, 2, 3, 5, 8, 20, 33};
            for (int count : blocks) {
                int columns = count * type.blockSize();
                int outputs = oneOf(1, 2, 3, 7, 8, 9, 17, 33);
                checkMatmul(type, oneOf(1, 2, 3, 4, 5, 6, 7, 13), outputs, columns, Content.NORMAL);
            }
        }
    }

    @Test
    void matmulTakesManyRowsAndManyOutputs() {
        for (QuantType type : QuantTypes.all()) {
            int columns = type.blockSize() == 1 ? 100 : 512;
            checkMatmul(type, 64, 13, columns, Content.NORMAL);
            checkMatmul(type, 1, 700, columns, Content.NORMAL);
        }
        checkMatmul(QuantTypes.Q4_0, 512, 7, 640, Content.NORMAL);
        checkMatmul(QuantTypes.F16, 512, 31, 33, Content.NORMAL);
    }

    @ParameterizedTest
    @EnumSource(Content.class)
    void matmulTakesExtremeValues(Content content) {
        for (QuantType type : QuantTypes.all()) {
            for (int rows : new int[] {1, 3, 6}) {
                checkMatmul(
                        type, rows, 5, Math.max(type.blockSize(), 96 / type.blockSize() * type.blockSize()), content);
            }
        }
    }

    private void checkMatmul(QuantType type, int rows, int outputs, int columns, Content content) {
        MemorySegment blocks = RandomBlocks.of(type, outputs, columns, random(), Arena.ofAuto());
        float[] w = new float[outputs * columns];
        type.decode(blocks, 0, w, 0, w.length);
        Matrix x = Matrix.random(random(), rows, columns, content);
        Tensor y = memory().output(rows, outputs);
        ops().matmul(y, memory().weight(type, outputs, columns, blocks), memory().input(x));
        Matrix actual = memory().read(y);
        Accuracy accuracy = new Accuracy(productUnits(type));
        for (int r = 0; r < rows; r++) {
            for (int o = 0; o < outputs; o++) {
                double sum = 0;
                double magnitude = 0;
                double factors = 0;
                float plain = 0;
                for (int i = 0; i < columns; i++) {
                    float a = w[o * columns + i];
                    float b = x.get(r, i);
                    sum += (double) a * b;
                    magnitude += Math.abs((double) a * b);
                    factors += Math.abs(a);
                    plain += a * b;
                }
                accuracy.add(actual.get(r, o), sum, plain, magnitude);
                accuracy.addTinyInputs(factors);
            }
        }
        accuracy.verify(type.name() + " matmul of " + rows + " rows, " + columns + " -> " + outputs + ", " + content);
        verifyAndClear();
    }

    // embed and gatherRows

    @Test
    void embedTakesEveryType() {
        for (QuantType type : QuantTypes.all()) {
            for (int blocks : new int[] {1, 3, 7}) {
                int columns = blocks * type.blockSize();
                checkEmbed(type, columns, 1);
                checkEmbed(type, columns, 25.25f);
            }
        }
    }

    private void checkEmbed(QuantType type, int columns, float scale) {
        int vocabulary = 11;
        MemorySegment blocks = RandomBlocks.of(type, vocabulary, columns, random(), Arena.ofAuto());
        float[] table = new float[vocabulary * columns];
        type.decode(blocks, 0, table, 0, table.length);
        int[] ids = {10, 0, 3, 3, 7, -1};
        Tensor y = memory().output(5, columns);
        ops().embed(y, memory().weight(type, vocabulary, columns, blocks), ids, scale);
        Matrix actual = memory().read(y);
        for (int r = 0; r < 5; r++) {
            for (int i = 0; i < columns; i++) {
                assertThat(actual.get(r, i))
                        .as("%s element %d of token %d", type.name(), i, ids[r])
                        .isEqualTo(table[ids[r] * columns + i] * scale);
            }
        }
        verifyAndClear();
    }

    @Test
    void embedRefusesIdsOutsideTheVocabulary() {
        Tensor table = memory().input(Matrix.random(random(), 5, 3));
        Tensor y = memory().output(2, 3);
        for (int id : new int[] {-1, 5, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThatThrownBy(() -> ops().embed(y, table, new int[] {0, id}, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(Integer.toString(id));
        }
        assertThatThrownBy(() -> ops().embed(y, table, new int[] {0}, 1)).isInstanceOf(IllegalArgumentException.class);
        verifyAndClear();
    }

    @Test
    void gatherRowsCopiesRows() {
        for (int columns : COLUMNS) {
            Matrix x = Matrix.random(random(), 9, columns, Content.MIXED);
            Tensor y = memory().output(4, columns);
            ops().gatherRows(y, memory().input(x), new int[] {8, 0, 5, 5, 77});
            Matrix actual = memory().read(y);
            for (int i = 0; i < columns; i++) {
                assertThat(actual.get(0, i)).isEqualTo(x.get(8, i));
                assertThat(actual.get(1, i)).isEqualTo(x.get(0, i));
                assertThat(actual.get(2, i)).isEqualTo(x.get(5, i));
                assertThat(actual.get(3, i)).isEqualTo(x.get(5, i));
            }
            verifyAndClear();
        }
    }

    @Test
    void gatherRowsRefusesRowsThatAreNotThere() {
        Tensor x = memory().input(Matrix.random(random(), 5, 3));
        Tensor y = memory().output(2, 3);
        for (int row : new int[] {-1, 5, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> ops().gatherRows(y, x, new int[] {0, row}))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> ops().gatherRows(y, x, new int[] {0})).isInstanceOf(IllegalArgumentException.class);
        verifyAndClear();
    }

    // greatest

    @Test
    void greatestAreInTheirOrder() {
        for (int columns : new int[] {1, 31, 128, 2048, 2049, 40_000, 262_144}) {
            int rows = columns > 100_000 ? 1 : 3;
            for (int k : new int[] {1, 2, 64, Ops.MOST_GREATEST}) {
                if (k <= columns && (k <= 2 || columns < 100_000)) {
                    Matrix x = Matrix.random(random(), rows, columns, Content.MIXED);
                    // Many equal ones, zeros of both signs, and infinities.
                    for (int i = 0; i < x.data().length; i += 3) {
                        x.data()[i] = Math.round(x.data()[i]) * (random().nextInt(3) - 1f);
                    }
                    x.data()[random().nextInt(x.data().length)] = Float.NEGATIVE_INFINITY;
                    x.data()[random().nextInt(x.data().length)] = Float.POSITIVE_INFINITY;
                    checkGreatest(x, k);
                }
            }
        }
        Matrix x = Matrix.filled(2, 5000, Float.NEGATIVE_INFINITY);
        x.data()[4321] = Float.NaN;
        x.data()[4999] = -Float.NaN;
        checkGreatest(x, 64);
    }

    private void checkGreatest(Matrix x, int k) {
        Tensor y = memory().output(x.rows(), 2 * k);
        ops().greatest(y, memory().input(x));
        Matrix actual = memory().read(y);
        for (int r = 0; r < x.rows(); r++) {
            int row = r;
            // Stable, so that the lower column goes first; adding zero makes -0 into 0.
            int[] order = IntStream.range(0, x.columns())
                    .boxed()
                    .sorted((i, j) -> Float.compare(x.get(row, j) + 0f, x.get(row, i) + 0f))
                    .mapToInt(i -> i)
                    .toArray();
            for (int i = 0; i < k; i++) {
                assertThat((int) actual.get(r, 2 * i + 1))
                        .as("column of number %d of %d, of %d columns", i, k, x.columns())
                        .isEqualTo(order[i]);
                assertThat(actual.get(r, 2 * i) + 0f).isEqualTo(Float.valueOf(x.get(r, order[i]) + 0f));
            }
        }
        verifyAndClear();
    }

    @Test
    void greatestRefusesMoreThanThereAre() {
        Tensor x = memory().output(2, 300);
        for (Tensor y :
                List.of(memory().output(2, 3), memory().output(1, 2), memory().output(2, 2 * Ops.MOST_GREATEST + 2))) {
            assertThatThrownBy(() -> ops().greatest(y, x)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> ops().greatest(memory().output(2, 8), memory().output(2, 3)))
                .isInstanceOf(IllegalArgumentException.class);
        verifyAndClear();
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

    // gate

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

    // shapes

    @Test
    void shapesThatDoNotFitAreRefused() {
        Tensor two3 = memory().output(2, 3);
        Tensor two4 = memory().output(2, 4);
        Tensor three3 = memory().output(3, 3);
        Tensor one3 = memory().output(1, 3);
        Tensor one4 = memory().output(1, 4);
        Tensor halves = memory().weight(QuantTypes.F16, 3, 3, Arena.ofAuto().allocate(18));
        refuses(() -> ops().matmul(two3, three3, two4));
        refuses(() -> ops().matmul(two4, three3, two3));
        refuses(() -> ops().matmul(three3, three3, two3));
        refuses(() -> ops().matmul(halves, halves, three3));
        refuses(() -> ops().matmul(three3, three3, halves));
        refuses(() -> ops().embed(two4, three3, new int[] {0, 1}, 1));
        refuses(() -> ops().embed(halves, halves, new int[] {0, 1, 2}, 1));
        refuses(() -> ops().gatherRows(two4, three3, new int[] {0, 1}));
        refuses(() -> ops().add(two3, three3));
        refuses(() -> ops().add(two3, two4));
        refuses(() -> ops().add(three3, halves));
        refuses(() -> ops().addBias(two3, one4));
        refuses(() -> ops().addBias(two3, two3));
        refuses(() -> ops().rmsNorm(two3, two4, one3, 1e-6f));
        refuses(() -> ops().rmsNorm(two3, three3, one3, 1e-6f));
        refuses(() -> ops().rmsNorm(two3, two3, one4, 1e-6f));
        refuses(() -> ops().rmsNorm(two3, two3, two3, 1e-6f));
        refuses(() -> ops().addRmsNorm(two3, three3, one3, 1e-6f));
        refuses(() -> ops().gate(two3, two3, two4, Activation.SILU));
        refuses(() -> ops().gate(three3, two3, two3, Activation.SILU));
        refuses(() -> ops().gate(three3, halves, three3, Activation.SILU));
        RopeSpec four = RopeSpec.of(RopeSpec.Style.HALVES, 4, 1e4, 1);
        refuses(() -> ops().ropeTable(two3, four, new int[] {0, 1}));
        refuses(() -> ops().ropeTable(two4, four, new int[] {0}));
        refuses(() -> ops().rope(two4, one4, 4, RopeSpec.Style.HALVES));
        refuses(() -> ops().rope(two3, two4, 3, RopeSpec.Style.HALVES));
        refuses(() -> ops().rope(two4, two4, 3, RopeSpec.Style.HALVES));
        memory().verify();
    }

    private static void refuses(Runnable operation) {
        assertThatThrownBy(operation::run).isInstanceOf(IllegalArgumentException.class);
    }

    private void verifyAndClear() {
        memory().verify();
        memory().close();
    }
}
