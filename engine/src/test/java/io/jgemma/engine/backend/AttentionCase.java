package io.jgemma.engine.backend;

import io.jgemma.engine.quant.QuantEncoder;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A sequence with random keys and values in pages of its own, and attention over it: by the backend and, row by row with
 * a full row of scores, in double precision and in plain float32.
 */
final class AttentionCase {

    /** The facts of a layer, as in {@link io.jgemma.engine.spec.LayerSpec}. */
    record Shape(
            int heads, int kvHeads, int keyDim, int valueDim, QuantType keyType, QuantType valueType, int window) {}

    /** The layer under test is neither the first of its group nor its group the first. */
    private static final int LAYERS = 2;

    private static final int GROUP = 1;

    private final Ops ops;
    private final TestMemory memory;
    private final Shape shape;
    private final KvLayer layer;
    private final TestPages pages;
    private final float scale;
    private final Matrix keys;
    private final Matrix values;

    AttentionCase(Backend backend, TestMemory memory, Shape shape, Matrix keys, Matrix values) {
        this.ops = backend.ops();
        this.memory = memory;
        this.shape = shape;
        KvLayout layout = new KvLayout(
                LAYERS, shape.kvHeads, shape.keyDim, shape.valueDim, shape.keyType, shape.valueType, shape.window);
        layer = new KvLayer(layout, GROUP, LAYERS - 1);
        pages = new TestPages(memory, layout);
        scale = (float) (1 / Math.sqrt(shape.keyDim));
        this.keys = keys;
        this.values = values;
    }

    /** A sequence of {@code length} tokens. */
    static AttentionCase random(Backend backend, TestMemory memory, Shape shape, int length, RandomGenerator random) {
        Matrix keys = Matrix.random(random, length, shape.kvHeads * shape.keyDim);
        Matrix values = Matrix.random(random, length, shape.kvHeads * shape.valueDim);
        return new AttentionCase(backend, memory, shape, keys, values);
    }

    KvLayer layer() {
        return layer;
    }

    TestPages pages() {
        return pages;
    }

    float scale() {
        return scale;
    }

    /** Keys {@code from} to {@code to}, exclusive. */
    Matrix keys(int from, int to) {
        return keys.slice(from, to - from);
    }

    /** Values {@code from} to {@code to}, exclusive. */
    Matrix values(int from, int to) {
        return values.slice(from, to - from);
    }

    /** A span of this sequence; the first group's table must not be asked for. */
    KvSpan span(int firstRow, int rows, int position, int... visibleEnds) {
        PageTable forbidden = index -> {
            throw new IllegalStateException("the page table of another group was read");
        };
        return new KvSpan(firstRow, rows, position, List.of(forbidden, pages), visibleEnds);
    }

    /** Stores tokens {@code from} to {@code to}, exclusive, in pages made when missing. */
    void store(int from, int to) {
        pages.hold(from, to);
        Tensor k = memory.input(keys(from, to));
        Tensor v = memory.input(values(from, to));
        ops.storeKv(layer, List.of(span(0, to - from, from)), k, v);
    }

    /** Attention of queries at positions {@code first} and following. */
    Matrix attend(Matrix q, int first, int... visibleEnds) {
        Tensor y = memory.output(q.rows(), shape.heads * shape.valueDim);
        ops.attend(y, layer, List.of(span(0, q.rows(), first, visibleEnds)), memory.input(q), scale);
        return memory.read(y);
    }

    /** Fails unless {@code actual} is attention of {@code q}, whose first row is at position {@code first}. */
    void verify(Matrix actual, Matrix q, int first, int... visibleEnds) {
        Matrix k = rounded(keys, shape.keyType);
        Matrix v = rounded(values, shape.valueType);
        Accuracy accuracy = new Accuracy();
        for (int r = 0; r < q.rows(); r++) {
            int position = first + r;
            int from = shape.window == 0 ? 0 : Math.max(0, position - shape.window + 1);
            int to = visibleEnds.length == 0 ? position + 1 : visibleEnds[r];
            for (int head = 0; head < shape.heads; head++) {
                verifyHead(accuracy, actual, q, r, head, k, v, from, to);
            }
        }
        accuracy.verify(shape + ", " + q.rows() + " rows from " + first);
    }

    private void verifyHead(
            Accuracy accuracy, Matrix actual, Matrix q, int r, int head, Matrix k, Matrix v, int from, int to) {
        int kvHead = head * shape.kvHeads / shape.heads;
        int tokens = to - from;
        double[] weights = new double[tokens];
        float[] plainWeights = new float[tokens];
        double max = Double.NEGATIVE_INFINITY;
        float plainMax = Float.NEGATIVE_INFINITY;
        double largestTerms = 0;
        for (int t = 0; t < tokens; t++) {
            double terms = 0;
            for (int i = 0; i < shape.keyDim; i++) {
                float a = q.get(r, head * shape.keyDim + i);
                float b = k.get(from + t, kvHead * shape.keyDim + i);
                weights[t] += (double) a * b;
                plainWeights[t] += a * b;
                terms += Math.abs((double) a * b);
            }
            weights[t] *= scale;
            plainWeights[t] *= scale;
            max = Math.max(max, weights[t]);
            plainMax = Math.max(plainMax, plainWeights[t]);
            largestTerms = Math.max(largestTerms, terms * scale);
        }
        double sum = 0;
        float plainSum = 0;
        for (int t = 0; t < tokens; t++) {
            weights[t] = Math.exp(weights[t] - max);
            plainWeights[t] = (float) Math.exp(plainWeights[t] - plainMax);
            sum += weights[t];
            plainSum += plainWeights[t];
        }
        for (int c = 0; c < shape.valueDim; c++) {
            double result = 0;
            float plain = 0;
            double magnitude = 0;
            for (int t = 0; t < tokens; t++) {
                float value = v.get(from + t, kvHead * shape.valueDim + c);
                result += weights[t] * value;
                plain += plainWeights[t] * value;
                magnitude += weights[t] * Math.abs(value);
            }
            // A score that is off by some units of its terms changes its weight by as many.
            double reach = magnitude / sum * (1 + largestTerms);
            accuracy.add(actual.get(r, head * shape.valueDim + c), result / sum, plain / plainSum, reach);
        }
    }

    /** What storing as {@code type} leaves of values. */
    static Matrix rounded(Matrix matrix, QuantType type) {
        int count = matrix.data().length;
        MemorySegment stored = MemorySegment.ofArray(new byte[(int) type.bytes(count)]);
        ((QuantEncoder) type).encode(matrix.data(), 0, count, stored, 0);
        float[] values = new float[count];
        type.decode(stored, 0, values, 0, count);
        return Matrix.of(matrix.rows(), matrix.columns(), values);
    }

    /** Stores {@code count} elements from {@code from} on in a page, at a byte offset that is a multiple of 4. */
    static void encode(QuantType type, Matrix source, int from, int count, Matrix page, long offsetBytes) {
        ((QuantEncoder) type).encode(source.data(), from, count, MemorySegment.ofArray(page.data()), offsetBytes);
    }
}
