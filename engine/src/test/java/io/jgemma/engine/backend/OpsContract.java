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
public abstract class OpsContract extends ElementsContract {

    /**
     * How many units in the last place of the sum of its terms' magnitudes a product with this type may be off (root mean
     * square) where plain float32 arithmetic is exact. A backend whose kernel trades digits for speed says so here.
     */
    protected double productUnits(QuantType type) {
        return 1;
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
        for (int rows : new int[] {1, 3, 9, 130}) {
            checkMatmul(QuantTypes.F16, rows, 75, 104, Content.NORMAL);
            checkMatmul(QuantTypes.F16, rows, 64, 256, Content.NORMAL);
        }
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

    /** Both products of a feed-forward at once give what one after the other gives. */
    @Test
    void projectionsAreThreeProducts() {
        for (QuantType type : QuantTypes.all()) {
            for (int rows : new int[] {1, 3, 12}) {
                checkProjections(type, type, rows, 1 + random().nextInt(70));
            }
        }
        checkProjections(QuantTypes.Q4_K, QuantTypes.Q6_K, 2, 40);
        checkProjections(QuantTypes.Q4_0, QuantTypes.F16, 9, 33);
    }

    private void checkProjections(QuantType type, QuantType valueType, int rows, int outputs) {
        int columns = Math.max(2 * 32, Math.max(type.blockSize(), valueType.blockSize()));
        Tensor[] weights = new Tensor[3];
        Tensor[] expected = new Tensor[3];
        Tensor[] actual = new Tensor[3];
        Tensor x = memory().input(Matrix.random(random(), rows, columns, Content.NORMAL));
        for (int i = 0; i < 3; i++) {
            QuantType each = i == 2 ? valueType : type;
            int count = i == 0 ? 2 * outputs + 5 : outputs;
            weights[i] = memory().weight(
                            each, count, columns, RandomBlocks.of(each, count, columns, random(), Arena.ofAuto()));
            expected[i] = memory().output(rows, count);
            actual[i] = memory().output(rows, count);
            ops().matmul(expected[i], weights[i], x);
        }
        ops().projections(actual[0], actual[1], actual[2], weights[0], weights[1], weights[2], x);
        for (int i = 0; i < 3; i++) {
            near(actual[i], expected[i], type.name() + " and " + valueType.name() + ", product " + i);
        }
        verifyAndClear();
    }

    @Test
    void gatedMatmulIsTwoProductsAndAGate() {
        for (QuantType type : QuantTypes.all()) {
            int columns = 2 * Math.max(type.blockSize(), 32);
            for (int rows : new int[] {1, 3, 12}) {
                for (int outputs : new int[] {1, 32, 75}) {
                    checkGated(type, type, rows, outputs, columns, oneOf(0, 1) == 0);
                }
            }
        }
        checkGated(QuantTypes.Q4_0, QuantTypes.Q8_0, 2, 40, 64, true);
        checkGated(QuantTypes.F16, QuantTypes.Q4_0, 1, 40, 64, false);
    }

    private void checkGated(QuantType gate, QuantType up, int rows, int outputs, int columns, boolean silu) {
        Activation f = silu ? Activation.SILU : Activation.GELU_TANH;
        Tensor g = memory().weight(
                        gate, outputs, columns, RandomBlocks.of(gate, outputs, columns, random(), Arena.ofAuto()));
        Tensor u =
                memory().weight(up, outputs, columns, RandomBlocks.of(up, outputs, columns, random(), Arena.ofAuto()));
        Tensor x = memory().input(Matrix.random(random(), rows, columns, Content.NORMAL));
        Tensor expected = memory().output(rows, outputs);
        Tensor other = memory().output(rows, outputs);
        ops().matmul(expected, g, x);
        ops().matmul(other, u, x);
        ops().gate(expected, expected, other, f);
        Tensor y = memory().output(rows, outputs);
        ops().gatedMatmul(y, memory().output(rows, outputs), g, u, x, f);
        near(y, expected, gate.name() + " and " + up.name());
        verifyAndClear();
    }

    /** Fails unless results are the same but for the order of sums. */
    private void near(Tensor y, Tensor expected, String what) {
        Matrix wanted = memory().read(expected);
        Matrix actual = memory().read(y);
        double error = 0;
        double size = 0;
        for (int r = 0; r < wanted.rows(); r++) {
            for (int o = 0; o < wanted.columns(); o++) {
                error += Math.pow(actual.get(r, o) - wanted.get(r, o), 2);
                size += Math.pow(wanted.get(r, o), 2);
            }
        }
        assertThat(error)
                .as("%s, %d rows, %d outputs", what, wanted.rows(), wanted.columns())
                .isLessThanOrEqualTo(1e-9 * size);
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
}
