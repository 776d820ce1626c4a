package io.jgemma.cuda.kernels;

import io.jgemma.cuda.Arguments;
import io.jgemma.cuda.LaunchShape;
import io.jgemma.engine.quant.QuantTypes;

/** Products with weights in F16, and operands in F16 for a library that multiplies those. */
public final class HalfKernels {
    private static final int THREADS = 256;
    /** What kernels load at a time. */
    private static final int PIECE_ELEMENTS = 8;

    private static final int PIECE_BYTES = 16;
    private static final int MATVEC_THREADS = 128;
    private static final int MATVEC_ROWS = 8;
    private static final int MATVEC_TOKENS = 4;
    private static final int TILE_ROWS = 64;
    private static final int TILE_TOKENS = 128;

    private final KernelModules modules;
    private final Kernel weights;
    private final Kernel rows;
    private final Kernel scale;
    private final Kernel split;
    private final Kernel matvec;
    private final Kernel matvecFew;
    private final Kernel matmul;

    HalfKernels(KernelModules modules) {
        this.modules = modules;
        weights = modules.kernel("halves", "jg_half_weights");
        rows = modules.kernel("halves", "jg_half_rows");
        scale = modules.kernel("halves", "jg_scale_rows");
        split = modules.kernel("halves", "jg_split_rows");
        matvec = modules.kernel("matvec_halves", "jg_matvec_halves");
        matvecFew = modules.kernel("matvec_halves", "jg_matvec_halves_few");
        matmul = modules.kernel("matmul_halves", "jg_matmul_halves");
    }

    /** Whether {@link #matmul} takes these. */
    public static boolean canMultiply(DeviceWeights w, DeviceRows x) {
        return w.type() == QuantTypes.F16.ggufId()
                && w.columns() % PIECE_ELEMENTS == 0
                && (w.blocks() | x.address()) % PIECE_BYTES == 0;
    }

    /**
     * {@code y = x w^T} for a few tokens.
     *
     * @param y F32 {@code [tokens, w.rows()]}
     * @param w see {@link #canMultiply}
     * @param x F32 {@code [tokens, w.columns()]}
     */
    public void matmul(DeviceRows y, DeviceWeights w, DeviceRows x) {
        Arguments arguments =
                modules.arguments().put(y.address()).put(w.blocks()).put(x.address());
        arguments.put(w.rows()).put(w.columns()).put(x.rows());
        int blocksX = Math.ceilDiv(w.rows(), MATVEC_ROWS);
        boolean one = x.rows() == 1;
        int blocksY = one ? 1 : Math.ceilDiv(x.rows(), MATVEC_TOKENS);
        modules.launch(one ? matvec : matvecFew, LaunchShape.of(blocksX, blocksY, MATVEC_THREADS));
    }

    /**
     * {@code y = x w^T} for many tokens, on tensor cores.
     *
     * @param y F32 {@code [tokens, w.rows()]}
     * @param w see {@link #canMultiply}
     * @param x room for {@code x} as two F16 and a scale each row, filled here
     * @param from F32 {@code [tokens, w.columns()]}
     */
    public void matmul(DeviceRows y, DeviceWeights w, SplitRows x, DeviceRows from) {
        modules.arguments()
                .put(x.high())
                .put(x.low())
                .put(x.scales())
                .put(from.address())
                .put(from.columns());
        modules.launch(split, LaunchShape.of(from.rows(), 1, THREADS));
        Arguments arguments = modules.arguments().put(y.address()).put(w.blocks());
        arguments.put(x.high()).put(x.low()).put(x.scales());
        arguments.put(w.rows()).put(w.columns()).put(from.rows());
        int blocksX = Math.ceilDiv(w.rows(), TILE_ROWS);
        modules.launch(matmul, LaunchShape.of(blocksX, Math.ceilDiv(from.rows(), TILE_TOKENS), THREADS));
    }

    /**
     * {@code y[r] = F16(w[first + r])}.
     *
     * @param y address of F16 {@code [count, w.columns()]}
     */
    public void weights(long y, DeviceWeights w, int first, int count) {
        Arguments arguments = modules.arguments().put(y).put(w.blocks()).put(first);
        arguments.put(w.rows()).put(w.columns()).put(w.type()).put(w.packed() ? 1 : 0);
        modules.launch(weights, elements(count, w.columns()));
    }

    /**
     * {@code y[r] = F16(x[r] / scales[r])} with the power of two as scale that keeps the row within F16's range.
     *
     * @param y address of F16 {@code [rows, n]}
     * @param scales address of F32 {@code [rows]}, written too
     * @param x F32 {@code [rows, n]}
     */
    public void rows(long y, long scales, DeviceRows x) {
        modules.arguments().put(y).put(scales).put(x.address()).put(x.columns());
        modules.launch(rows, LaunchShape.of(x.rows(), 1, THREADS));
    }

    /**
     * {@code y[r] *= scales[r]}.
     *
     * @param y F32 {@code [rows, n]}
     * @param scales address of F32 {@code [rows]}
     */
    public void scale(DeviceRows y, long scales) {
        modules.arguments().put(y.address()).put(scales).put(y.columns());
        modules.launch(scale, elements(y.rows(), y.columns()));
    }

    private static LaunchShape elements(int rows, int columns) {
        return LaunchShape.of(rows, Math.ceilDiv(columns, THREADS), THREADS);
    }
}
