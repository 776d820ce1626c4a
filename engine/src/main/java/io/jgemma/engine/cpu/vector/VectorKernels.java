package io.jgemma.engine.cpu.vector;

import io.jgemma.engine.cpu.kernel.CpuKernels;
import io.jgemma.engine.cpu.kernel.KvTile;
import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.RopeSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;

/** The Vector API kernels, with F32 activations throughout. */
public final class VectorKernels implements CpuKernels {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    /** From this many rows on, a decoded tile of weights serves them all. */
    private static final int TILE_FROM_ROWS = 4;

    /** Weights of a tile: 8 x 1024 floats stay close to the first-level cache. */
    private static final int TILE_ROWS = 8;

    private static final int TILE_COLUMNS = 1024;

    private final Map<QuantType, RowKernel> rowKernels = Stream.concat(
                    special(),
                    QuantTypes.all().stream()
                            .filter(type -> special().noneMatch(kernel -> kernel.type() == type))
                            .map(OtherRows::new))
            .collect(Collectors.toUnmodifiableMap(RowKernel::type, Function.identity()));

    private static Stream<RowKernel> special() {
        return Stream.of(
                new FloatRows(QuantTypes.F32),
                new FloatRows(QuantTypes.F16),
                new FloatRows(QuantTypes.BF16),
                new Q4_0Rows(),
                new Q8_0Rows(),
                new Q6_KRows(),
                new SuperBlockRows(QuantTypes.Q4_K),
                new SuperBlockRows(QuantTypes.Q5_K),
                new SmallBlockRows(QuantTypes.Q4_1),
                new SmallBlockRows(QuantTypes.Q5_0),
                new SmallBlockRows(QuantTypes.Q5_1));
    }

    /** Bits of a register. */
    public static int registerBits() {
        return Lanes.COUNT * Float.SIZE;
    }

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public String detail() {
        return registerBits() + " bits";
    }

    private RowKernel rows(QuantType type) {
        RowKernel kernel = rowKernels.get(type);
        if (kernel == null) {
            throw new IllegalArgumentException("no kernel for type " + type.name());
        }
        return kernel;
    }

    @Override
    public Operand prepared(Operand w, Operand x, Scratch scratch) {
        return x.rows() >= TILE_FROM_ROWS ? x : rows(w.type()).prepared(x, scratch);
    }

    @Override
    public void prepare(Operand w, Operand x, Operand to, int from, int end, Scratch scratch) {
        for (int r = from; r < end; r++) {
            rows(w.type()).prepare(x, to, r);
        }
    }

    @Override
    public void matmul(Operand y, Operand w, Operand x, int from, int to, Scratch scratch) {
        RowKernel kernel = rows(w.type());
        if (x.rows() >= TILE_FROM_ROWS) {
            tiles(kernel, y, w, x, from, to, scratch);
            return;
        }
        for (int o = from; o < to; o++) {
            for (int r = 0; r < x.rows(); r++) {
                float sum = kernel.dot(w.segment(), w.row(o), x.segment(), x.row(r), w.columns(), scratch);
                y.segment().set(FLOAT, y.row(r) + 4L * o, sum);
            }
        }
    }

    private static void tiles(RowKernel kernel, Operand y, Operand w, Operand x, int from, int to, Scratch scratch) {
        Operand piece = scratch.view(0);
        Operand out = scratch.view(1);
        for (int o = from; o < to; o += TILE_ROWS) {
            int rows = Math.min(TILE_ROWS, to - o);
            for (int k = 0; k < w.columns(); k += TILE_COLUMNS) {
                int columns = Math.min(TILE_COLUMNS, w.columns() - k);
                Operand tile = scratch.rows(Scratch.Use.WEIGHTS, rows, columns);
                for (int i = 0; i < rows; i++) {
                    kernel.decode(w.segment(), w.row(o + i) + w.type().bytes(k), columns, tile.segment(), tile.row(i));
                }
                piece.set(x.segment(), x.row(0) + 4L * k, x.rowBytes(), x.rows(), columns);
                out.set(y.segment(), y.row(0) + 4L * o, y.rowBytes(), y.rows(), rows);
                FloatProducts.run(out, piece, tile, k > 0);
            }
        }
    }

    @Override
    public void decode(
            QuantType type,
            MemorySegment src,
            long srcOffset,
            MemorySegment dst,
            long dstOffset,
            int count,
            Scratch scratch) {
        rows(type).decode(src, srcOffset, count, dst, dstOffset);
    }

    @Override
    public void encode(
            QuantType type,
            MemorySegment src,
            long srcOffset,
            MemorySegment dst,
            long dstOffset,
            int count,
            Scratch scratch) {
        if (type == QuantTypes.F32) {
            MemorySegment.copy(src, srcOffset, dst, dstOffset, 4L * count);
        } else if (type == QuantTypes.F16) {
            for (int i = 0; i < count; i++) {
                short half = Float.floatToFloat16(src.get(FLOAT, srcOffset + 4L * i));
                dst.set(ValueLayout.JAVA_SHORT_UNALIGNED, dstOffset + 2L * i, half);
            }
        } else if (type == QuantTypes.BF16) {
            for (int i = 0; i < count; i++) {
                short rounded = brainFloat(src.get(FLOAT, srcOffset + 4L * i));
                dst.set(ValueLayout.JAVA_SHORT_UNALIGNED, dstOffset + 2L * i, rounded);
            }
        } else {
            throw new IllegalArgumentException("K and V cannot be stored as " + type.name());
        }
    }

    /** Rounds to nearest even; NaN stays NaN. */
    private static short brainFloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 64);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    @Override
    public void round(QuantType type, Operand x, int from, int to, Scratch scratch) {
        for (int r = from; r < to; r++) {
            for (int i = 0; i < x.columns(); i++) {
                put(x, r, i, rounded(type, get(x, r, i)));
            }
        }
    }

    private static float rounded(QuantType type, float value) {
        if (type == QuantTypes.F16) {
            return Float.float16ToFloat(Float.floatToFloat16(value));
        }
        return type == QuantTypes.F32 ? value : Float.intBitsToFloat(brainFloat(value) << 16);
    }

    @Override
    public void products(Operand c, Operand a, Operand b, Scratch scratch) {
        FloatProducts.run(c, a, b, false);
    }

    @Override
    public void accumulate(Operand o, Operand p, Operand v, Scratch scratch) {
        Attention.accumulate(o, p, v);
    }

    @Override
    public void accumulateTile(Operand o, Operand p, KvTile v, Scratch scratch) {
        TileProducts.accumulate(o, p, v, scratch);
    }

    @Override
    public void softmaxStep(Operand s, Operand o, Operand state, Scratch scratch) {
        Attention.softmaxStep(s, o, state);
    }

    @Override
    public void rmsNorm(Operand y, Operand x, Operand w, float epsilon, int from, int to, Scratch scratch) {
        int n = x.columns();
        for (int r = from; r < to; r++) {
            float squares = FloatRows.product(x.segment(), x.row(r), x.segment(), x.row(r), n);
            float factor = (float) (1 / Math.sqrt(squares / (double) n + epsilon));
            int i = 0;
            for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
                FloatVector v = Lanes.floats(x.segment(), x.row(r) + 4L * i).mul(factor);
                Lanes.store(v.mul(Lanes.floats(w.segment(), w.row(0) + 4L * i)), y.segment(), y.row(r) + 4L * i);
            }
            for (; i < n; i++) {
                put(y, r, i, get(x, r, i) * factor * get(w, 0, i));
            }
        }
    }

    @Override
    public void center(Operand y, Operand x, int from, int to, Scratch scratch) {
        for (int r = from; r < to; r++) {
            FloatRows.center(x.segment(), x.row(r), y.segment(), y.row(r), x.columns());
        }
    }

    @Override
    public void activate(Operand x, Operand bias, Activation f, int from, int to, Scratch scratch) {
        for (int r = from; r < to; r++) {
            Activations.applyTo(f, x.segment(), x.row(r), bias.segment(), bias.row(0), x.columns());
        }
    }

    @Override
    public void add(Operand x, Operand h, int from, int to, Scratch scratch) {
        int n = x.columns();
        for (int r = from; r < to; r++) {
            int hr = h.rows() == 1 ? 0 : r;
            int i = 0;
            for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
                long at = x.row(r) + 4L * i;
                FloatVector v = Lanes.floats(x.segment(), at).add(Lanes.floats(h.segment(), h.row(hr) + 4L * i));
                Lanes.store(v, x.segment(), at);
            }
            for (; i < n; i++) {
                put(x, r, i, get(x, r, i) + get(h, hr, i));
            }
        }
    }

    @Override
    public int firstAbove(Operand x, int row, int from, float bound, Scratch scratch) {
        int i = from;
        while (i <= x.columns() - Lanes.COUNT && Lanes.areAtMost(bound, x.segment(), x.row(row) + 4L * i)) {
            i += Lanes.COUNT;
        }
        while (i < x.columns() && get(x, row, i) <= bound) {
            i++;
        }
        return i;
    }

    @Override
    public void scale(Operand y, Operand x, float factor, int from, int to, Scratch scratch) {
        int n = x.columns();
        for (int r = from; r < to; r++) {
            int i = 0;
            for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
                Lanes.store(Lanes.floats(x.segment(), x.row(r) + 4L * i).mul(factor), y.segment(), y.row(r) + 4L * i);
            }
            for (; i < n; i++) {
                put(y, r, i, get(x, r, i) * factor);
            }
        }
    }

    @Override
    public void gate(Operand y, Operand gate, Operand up, Activation f, int from, int to, Scratch scratch) {
        int n = y.columns();
        for (int r = from; r < to; r++) {
            int i = 0;
            for (; i <= n - Lanes.COUNT; i += Lanes.COUNT) {
                FloatVector g = Lanes.floats(gate.segment(), gate.row(r) + 4L * i);
                FloatVector u = Lanes.floats(up.segment(), up.row(r) + 4L * i);
                Lanes.store(Activations.apply(f, g).mul(u), y.segment(), y.row(r) + 4L * i);
            }
            for (; i < n; i++) {
                put(y, r, i, Activations.apply(f, get(gate, r, i)) * get(up, r, i));
            }
        }
    }

    @Override
    public void rope(Operand x, Operand table, int headDim, RopeSpec.Style style, int from, int to, Scratch scratch) {
        int pairs = table.columns() / 2;
        boolean halves = style == RopeSpec.Style.HALVES;
        int step = halves ? 1 : 2;
        int distance = halves ? pairs : 1;
        for (int r = from; r < to; r++) {
            for (int head = 0; head < x.columns(); head += headDim) {
                for (int i = 0; i < pairs; i++) {
                    int a = head + step * i;
                    float cos = get(table, r, 2 * i);
                    float sin = get(table, r, 2 * i + 1);
                    float va = get(x, r, a);
                    float vb = get(x, r, a + distance);
                    put(x, r, a, va * cos - vb * sin);
                    put(x, r, a + distance, va * sin + vb * cos);
                }
            }
        }
    }

    private static float get(Operand m, int row, int column) {
        return m.segment().get(FLOAT, m.row(row) + 4L * column);
    }

    private static void put(Operand m, int row, int column, float value) {
        m.segment().set(FLOAT, m.row(row) + 4L * column, value);
    }
}
