package io.jgemma.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.backend.AttentionCase.Shape;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What storing keys and values and attending to them must do on every backend. Memory that no row may see is full of NaN
 * or not there at all, so reading it would show.
 */
public abstract class AttentionContract extends BackendContract {

    private static final QuantType[] PLAIN = {QuantTypes.F32, QuantTypes.F16, QuantTypes.BF16};
    private static final QuantType[] TYPES = {
        QuantTypes.F32, QuantTypes.F16, QuantTypes.BF16, QuantTypes.Q8_0, QuantTypes.Q4_0, QuantTypes.Q4_0
    };

    /** Multiply-adds that one case may take. */
    private static final int EFFORT = 6_000_000;

    /** Units in the last place that attention over quantized tiles may be off by, for kernels that round more than floats do. */
    protected double tileUnits() {
        return 1;
    }

    private Shape shape(int kvHeads, int group, int window) {
        QuantType keyType = TYPES[random().nextInt(TYPES.length)];
        QuantType valueType = TYPES[random().nextInt(TYPES.length)];
        int keyDim = oneOf(40, 64, 80, 96, 128, 192, 256);
        int valueDim = random().nextInt(3) == 0 ? oneOf(40, 64, 128) : keyDim;
        return new Shape(kvHeads * group, kvHeads, keyDim, valueDim, keyType, valueType, window);
    }

    /** Rows to ask for: the wanted number, or as many as stay within {@link #EFFORT}. */
    private static int affordable(int rows, Shape shape, int length) {
        int perRow = shape.heads() * (shape.keyDim() + shape.valueDim()) * length;
        return Math.clamp(EFFORT / perRow, 1, rows);
    }

    private AttentionCase newCase(Shape shape, int length) {
        return AttentionCase.random(backend(), memory(), shape, length, random())
                .within(shape.hasTiles() ? tileUnits() : 1);
    }

    private Matrix queries(int rows, Shape shape) {
        return Matrix.random(random(), rows, shape.heads() * shape.keyDim());
    }

    // single spans

    @Test
    void newestRowsOfEveryLength() {
        int[] lengths = IntStream.concat(
                        IntStream.of(1, 31, 32, 33, 255, 256, 257, 600, 1100), IntStream.rangeClosed(127, 161))
                .toArray();
        for (int length : lengths) {
            Shape shape = shape(oneOf(1, 2, 4), oneOf(1, 2, 3, 4, 8, 16), oneOf(0, 1, 32, 100, 512));
            checkNewestRows(shape, length, oneOf(1, 2, 5, 33, 70));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 6, 7, 8, 12, 16})
    void queryHeadsShareKeyHeads(int group) {
        checkNewestRows(shape(1, group, 0), 70, 70);
        checkNewestRows(shape(3, group, 32), 97, 4);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 32, 100, 512})
    void oneRowOverALongContext(int window) {
        for (int length : new int[] {257, 600, 1100}) {
            checkNewestRows(shape(1, oneOf(1, 4, 8), window), length, 1);
            checkNewestRows(shape(2, 1, window), length, 1);
        }
    }

    /** Only what the rows may see is in memory; the rest of its pages is NaN, and there are no other pages. */
    private void checkNewestRows(Shape shape, int length, int wantedRows) {
        int rows = affordable(Math.min(wantedRows, length), shape, length);
        int first = length - rows;
        AttentionCase attention = newCase(shape, length);
        attention.store(attention.firstSeen(first), first);
        Matrix q = queries(rows, shape);
        attention.verify(attention.attend(q, first), q, first);
        verifyAndClear();
    }

    @Test
    void rowsOfAnImageSeeItsEnd() {
        for (int window : new int[] {0, 1, 32, 100}) {
            Shape shape = shape(2, 2, window);
            checkImages(shape, oneOf(0, 37, 250), 10, 74, 90, 91);
            checkImages(shape, oneOf(0, 37, 250), 0, 64);
            checkImages(shape, oneOf(0, 37, 250), 3, 35, 40, 100);
        }
    }

    /** Heads of a vision tower: all rows see each other, nothing is stored before. */
    @Test
    void rowsOfAPictureSeeEachOther() {
        for (QuantType type : new QuantType[] {QuantTypes.F32, QuantTypes.F16}) {
            checkImages(new Shape(3, 3, 72, 72, type, type, 0), 0, 0, 100);
            checkImages(new Shape(4, 2, 72, 72, type, type, 0), 37, 0, 1, 2, 99);
        }
    }

    /** A pass of 100 rows with images from each even element of {@code bounds} to the following odd one, exclusive. */
    private void checkImages(Shape shape, int position, int... bounds) {
        int rows = 100;
        int[] ends = IntStream.range(0, rows).map(i -> position + i + 1).toArray();
        for (int image = 0; image < bounds.length; image += 2) {
            for (int i = bounds[image]; i < bounds[image + 1]; i++) {
                ends[i] = position + bounds[image + 1];
            }
        }
        AttentionCase attention = newCase(shape, position + rows);
        attention.store(attention.firstSeen(position), position);
        Matrix q = queries(rows, shape);
        attention.verify(attention.attend(q, position, ends), q, position, ends);
        verifyAndClear();
    }

    // several sequences

    @ParameterizedTest
    @ValueSource(ints = {0, 100})
    void sequencesOfOnePassDoNotMix(int window) {
        Shape shape = shape(2, 4, window);
        int[] lengths = {300, 1, 40, 129};
        int[] rows = {1, 1, 40, 7};
        int[] firstRows = {49, 7, 8, 0};
        Matrix q = queries(50, shape);
        List<AttentionCase> cases = new ArrayList<>();
        List<KvSpan> spans = new ArrayList<>();
        Matrix k = Matrix.filled(50, shape.kvHeads() * shape.keyDim(), Float.NaN);
        Matrix v = Matrix.filled(50, shape.kvHeads() * shape.valueDim(), Float.NaN);
        for (int s = 0; s < lengths.length; s++) {
            AttentionCase attention = newCase(shape, lengths[s]);
            int first = lengths[s] - rows[s];
            attention.store(0, first);
            copyRows(attention.keys(first, lengths[s]), k, firstRows[s]);
            copyRows(attention.values(first, lengths[s]), v, firstRows[s]);
            cases.add(attention);
            spans.add(attention.span(firstRows[s], rows[s], first));
        }
        KvLayer layer = cases.getFirst().layer();
        Tensor y = memory().changeable(Matrix.filled(50, shape.heads() * shape.valueDim(), 7));
        Tensor passKeys = memory().changeable(k);
        Tensor passValues = memory().changeable(v);
        ops().attend(
                        y,
                        layer,
                        spans,
                        memory().input(q),
                        passKeys,
                        passValues,
                        cases.getFirst().scale());
        Matrix actual = memory().read(y);
        for (int s = 0; s < lengths.length; s++) {
            Matrix own = q.slice(firstRows[s], rows[s]);
            cases.get(s).verify(actual.slice(firstRows[s], rows[s]), own, lengths[s] - rows[s]);
        }
        assertThat(actual.slice(48, 1).data()).as("a row of no sequence").containsOnly(7);
        memory().verify();
    }

    private static void copyRows(Matrix from, Matrix to, int firstRow) {
        System.arraycopy(from.data(), 0, to.data(), firstRow * to.columns(), from.data().length);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100})
    void chunkedPrefillAndDecodeEqualOnePass(int window) {
        int length = 270;
        Shape shape = new Shape(4, 2, 64, 40, QuantTypes.F16, QuantTypes.F32, window);
        Matrix q = queries(length, shape);
        for (int chunk : new int[] {length, 64, 33, 7, 1}) {
            AttentionCase attention = newCase(shape, length);
            Matrix actual = Matrix.filled(length, shape.heads() * shape.valueDim(), Float.NaN);
            for (int first = 0; first < length; first += chunk) {
                int rows = Math.min(chunk, length - first);
                copyRows(attention.attend(q.slice(first, rows), first), actual, first);
                attention.store(first, first + rows);
            }
            attention.verify(actual, q, 0);
            verifyAndClear();
        }
    }

    /** Whole tiles that leave at once, tiles begun before, tiles of a page whose mean is older: all sizes of steps meet. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 300})
    void quantizedTilesAreThoseOfTheTokens(int window) {
        for (QuantType type : new QuantType[] {QuantTypes.Q4_0, QuantTypes.Q8_0}) {
            for (int chunk : new int[] {600, 200, 64, 33, 7}) {
                Shape shape =
                        new Shape(4, 2, 64, oneOf(40, 64), type, oneOf(0, 1) == 0 ? type : QuantTypes.F16, window);
                int length = chunk < 64 ? 450 : 1250;
                AttentionCase attention = newCase(shape, length);
                for (int first = 0; first < length; first += chunk) {
                    int rows = Math.min(chunk, length - first);
                    Matrix q = queries(Math.min(rows, 3), shape);
                    attention.verify(attention.attend(q, first), q, first);
                    attention.store(first, first + rows);
                }
                verifyAndClear();
            }
        }
    }

    @Test
    void readsOfQuantizedTilesAreCounted() {
        Shape shape = new Shape(2, 1, 64, 64, QuantTypes.Q4_0, QuantTypes.F16, 0);
        AttentionCase attention = newCase(shape, 300);
        attention.store(0, 299);
        attention.attend(queries(1, shape), 299);
        // 299 tokens leave 139 in the tail; of the 160 before, 32 are the sink.
        assertThat(backend().kvReads()).isEqualTo(new KvReads(300, 128));
        verifyAndClear();
    }

    // extreme values

    @Test
    void hugeScoresDoNotOverflow() {
        for (int window : new int[] {0, 100}) {
            Shape shape = new Shape(4, 2, 64, 64, QuantTypes.F32, QuantTypes.F32, window);
            int length = 300;
            Matrix keys = Matrix.random(random(), length, 128);
            Matrix values = Matrix.random(random(), length, 128, Matrix.Content.MIXED);
            for (int i = 0; i < keys.data().length; i++) {
                keys.data()[i] *= 1e4f;
            }
            AttentionCase attention = new AttentionCase(backend(), memory(), shape, keys, values);
            attention.store(0, length - 9);
            for (int rows : new int[] {1, 9}) {
                Matrix q = queries(rows, shape);
                attention.verify(attention.attend(q, length - 9), q, length - 9);
            }
            verifyAndClear();
        }
    }

    @Test
    void equalScoresGiveTheMean() {
        Shape shape = new Shape(2, 1, 64, 64, QuantTypes.F16, QuantTypes.BF16, 0);
        AttentionCase attention = newCase(shape, 400);
        attention.store(0, 360);
        for (int rows : new int[] {1, 40}) {
            Matrix q = Matrix.filled(rows, 128, 0);
            attention.verify(attention.attend(q, 360), q, 360);
        }
        memory().verify();
    }

    // storing

    @Test
    void storingWritesTheTokensPlacesAndNoOther() {
        for (QuantType type : PLAIN) {
            Shape shape = new Shape(2, 2, 40, 64, type, type, 0);
            AttentionCase attention = newCase(shape, 300);
            attention.pages().hold(0, 300);
            attention.store(250, 270);
            KvLayout layout = attention.layer().layout();
            for (int page = 0; page < 2; page++) {
                Matrix expected = Matrix.filled(1, (int) (layout.pageBytes() / 4), Float.intBitsToFloat(-1));
                for (int position = 250; position < 270; position++) {
                    if (position / KvLayout.PAGE_TOKENS == page) {
                        expect(expected, attention, position);
                    }
                }
                assertThat(bits(attention.pages().content(page)))
                        .as("%s page %d", type.name(), page)
                        .isEqualTo(bits(expected));
            }
            verifyAndClear();
        }
    }

    private static void expect(Matrix page, AttentionCase attention, int position) {
        KvLayer layer = attention.layer();
        KvLayout layout = layer.layout();
        int token = position % KvLayout.PAGE_TOKENS;
        for (int head = 0; head < layout.kvHeads(); head++) {
            Matrix key = attention.keys(position, position + 1);
            Matrix value = attention.values(position, position + 1);
            AttentionCase.encode(
                    layout.keys().type(),
                    key,
                    head * layout.keyDim(),
                    layout.keyDim(),
                    page,
                    layout.keyOffset(layer.slot(), head, token));
            AttentionCase.encode(
                    layout.values().type(),
                    value,
                    head * layout.valueDim(),
                    layout.valueDim(),
                    page,
                    layout.valueOffset(layer.slot(), head, token));
        }
    }

    private static int[] bits(Matrix matrix) {
        int[] bits = new int[matrix.data().length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(matrix.data()[i]);
        }
        return bits;
    }

    // refusals

    @Test
    void shapesThatDoNotFitAreRefused() {
        Shape shape = new Shape(4, 2, 40, 64, QuantTypes.F32, QuantTypes.F32, 0);
        AttentionCase attention = newCase(shape, 10);
        attention.store(0, 10);
        KvLayer layer = attention.layer();
        List<KvSpan> spans = List.of(attention.span(0, 2, 8));
        Tensor k = memory().output(2, 80);
        Tensor v = memory().output(2, 128);
        Tensor q = memory().output(2, 160);
        Tensor y = memory().output(2, 256);
        Tensor one = memory().output(1, 128);
        Tensor odd = memory().output(2, 120);
        refuses(() -> ops().storeKv(layer, spans, v, v));
        refuses(() -> ops().storeKv(layer, spans, k, k));
        refuses(() -> ops().storeKv(layer, spans, k, one));
        refuses(() -> ops().attend(y, layer, spans, v, k, v, 1));
        refuses(() -> ops().attend(v, layer, spans, q, k, v, 1));
        refuses(() -> ops().attend(y, layer, spans, odd, k, v, 1));
        refuses(() -> ops().attend(y, layer, spans, q, v, v, 1));
        refuses(() -> ops().attend(y, layer, spans, q, k, one, 1));
        for (KvSpan beyond : List.of(attention.span(1, 2, 8), attention.span(0, 3, 7), attention.span(-1, 2, 8))) {
            refuses(() -> ops().storeKv(layer, List.of(beyond), k, v));
            refuses(() -> ops().attend(y, layer, List.of(beyond), q, k, v, 1));
        }
        memory().verify();
    }

    @Test
    void missingPagesAreReported() {
        Shape shape = new Shape(2, 2, 64, 64, QuantTypes.F32, QuantTypes.F32, 0);
        AttentionCase attention = newCase(shape, 600);
        attention.store(256, 600);
        Tensor k = memory().input(attention.keys(255, 257));
        assertThatThrownBy(() -> ops().storeKv(attention.layer(), List.of(attention.span(0, 2, 255)), k, k))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("page 0");
        assertThatThrownBy(() -> attention.attend(queries(1, shape), 599))
                .isInstanceOf(IllegalStateException.class)
                .hasStackTraceContaining("page 0");
    }

    private static void refuses(Runnable operation) {
        assertThatThrownBy(operation::run).isInstanceOf(IllegalArgumentException.class);
    }

    private void verifyAndClear() {
        memory().verify();
        memory().close();
    }
}
