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
    record Shape(int heads, int kvHeads, int keyDim, int valueDim, QuantType keyType, QuantType valueType, int window) {

        boolean hasTiles() {
            return keyType.blockSize() > 1 || valueType.blockSize() > 1;
        }
    }

    /** The layer under test is neither the first of its group nor its group the first. */
    private static final int LAYERS = 2;

    private static final int GROUP = 1;

    private static final int TILE = KvLayout.TILE_TOKENS;

    private final Ops ops;
    private final TestMemory memory;
    private final Shape shape;
    private final KvLayer layer;
    private final TestPages pages;
    private final float scale;
    private final Matrix keys;
    private final Matrix values;
    private double units = 1;

    AttentionCase(Backend backend, TestMemory memory, Shape shape, Matrix keys, Matrix values) {
        this.ops = backend.ops();
        this.memory = memory;
        this.shape = shape;
        KvLayout layout = KvLayout.of(
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

    /** Allows results to be off by so many units in the last place of what goes into them. */
    AttentionCase within(double unitsInTheLastPlace) {
        units = unitsInTheLastPlace;
        return this;
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
        return new KvSpan(firstRow, rows, position, List.of(TestPages.forbidden(), pages), visibleEnds);
    }

    /** Stores tokens {@code from} to {@code to}, exclusive, in pages made when missing. Nothing to store is nothing done. */
    void store(int from, int to) {
        if (from < to) {
            pages.hold(from, to);
            Tensor k = memory.input(keys(from, to));
            Tensor v = memory.input(values(from, to));
            ops.storeKv(layer, List.of(span(0, to - from, from)), k, v);
            pages.advance(to);
        }
    }

    /** First token to store so that rows from {@code position} on see what they should and quantized pages are whole. */
    int firstSeen(int position) {
        int first = shape.window == 0 ? 0 : Math.max(0, position - shape.window + 1);
        return layer.layout().tiled() ? first - first % KvLayout.PAGE_TOKENS : first;
    }

    /** Attention of queries at positions {@code first} and following, before their K and V are stored. */
    Matrix attend(Matrix q, int first, int... visibleEnds) {
        Tensor y = memory.output(q.rows(), shape.heads * shape.valueDim);
        Tensor k = memory.changeable(keys(first, first + q.rows()));
        Tensor v = memory.changeable(values(first, first + q.rows()));
        ops.attend(y, layer, List.of(span(0, q.rows(), first, visibleEnds)), memory.input(q), k, v, scale);
        return memory.read(y);
    }

    /** Fails unless {@code actual} is attention of {@code q}, whose first row is at position {@code first}. */
    void verify(Matrix actual, Matrix q, int first, int... visibleEnds) {
        Matrix k = kept(layer.layout().keys(), keys, first);
        Matrix v = kept(layer.layout().values(), values, first);
        Accuracy accuracy = new Accuracy(units);
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

    /** What rows from {@code first} on see of all tokens. */
    private Matrix kept(KvSide side, Matrix all, int first) {
        Matrix kept = rounded(all, side.recentType());
        int end = side.tiled() ? Math.min(first, pages.tailStart()) : 0;
        for (int page = pages.firstToken(); page < end; page += KvLayout.PAGE_TOKENS) {
            for (int head = 0; head < shape.kvHeads; head++) {
                quantizePage(side, kept, page, Math.min(end, page + KvLayout.PAGE_TOKENS), head);
            }
        }
        return kept;
    }

    private void quantizePage(KvSide side, Matrix rows, int page, int end, int head) {
        float[] mean = new float[side.dim()];
        for (int c = 0; c < mean.length && side.centred(); c++) {
            double sum = 0;
            for (int t = 0; t < TILE; t++) {
                sum += rows.get(page + t, head * mean.length + c);
            }
            mean[c] = Float.float16ToFloat(Float.floatToFloat16((float) (sum / TILE)));
        }
        for (int start = page; start < end; start += TILE) {
            if (start > 0 || !layer.layout().sink()) {
                quantizeTile(side, rows, start, head, mean);
            }
        }
    }

    /** Replaces one head's vectors of a tile by what quantizing leaves: K channel by channel, V token by token. */
    private static void quantizeTile(KvSide side, Matrix rows, int start, int head, float[] mean) {
        int dim = side.dim();
        Matrix tile = side.centred() ? Matrix.filled(dim, TILE, 0) : Matrix.filled(TILE, dim, 0);
        for (int t = 0; t < TILE; t++) {
            for (int c = 0; c < dim; c++) {
                float value = rows.get(start + t, head * dim + c) - mean[c];
                tile.set(side.centred() ? c : t, side.centred() ? t : c, value);
            }
        }
        Matrix back = rounded(tile, side.type());
        for (int t = 0; t < TILE; t++) {
            for (int c = 0; c < dim; c++) {
                float value = back.get(side.centred() ? c : t, side.centred() ? t : c);
                rows.set(start + t, head * dim + c, value + mean[c]);
            }
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
