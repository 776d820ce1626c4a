package io.jgemma.cuda.kernels;

import io.jgemma.cuda.Arguments;
import io.jgemma.cuda.LaunchShape;

/** What is done to rows one by one. */
public final class RowKernels {
    /** Function of {@link #gate}: GELU by the hyperbolic tangent. */
    public static final int GELU_TANH = 0;

    /** Function of {@link #gate}: x sigmoid(x). */
    public static final int SILU = 1;

    /** Threads of the kernels that take an element each. */
    private static final int ELEMENT_THREADS = 256;

    private static final int NORM_THREADS = 256;
    private static final int ROPE_THREADS = 128;

    private final KernelModules modules;
    private final Kernel rmsNorm;
    private final Kernel addRmsNorm;
    private final Kernel rmsNormQuantize;
    private final Kernel layerNorm;
    private final Kernel activate;
    private final Kernel embed;
    private final Kernel gather;
    private final Kernel add;
    private final Kernel gate;
    private final Kernel rope;
    private final Kernel round;

    RowKernels(KernelModules modules) {
        this.modules = modules;
        rmsNorm = modules.kernel("rms_norm", "jg_rms_norm");
        addRmsNorm = modules.kernel("rms_norm", "jg_add_rms_norm");
        rmsNormQuantize = modules.kernel("rms_norm", "jg_rms_norm_quantize");
        layerNorm = modules.kernel("layer_norm", "jg_layer_norm");
        activate = modules.kernel("activate", "jg_activate");
        embed = modules.kernel("embed", "jg_embed");
        gather = modules.kernel("gather", "jg_gather");
        add = modules.kernel("add", "jg_add");
        gate = modules.kernel("gate", "jg_gate");
        rope = modules.kernel("rope", "jg_rope");
        round = modules.kernel("round", "jg_round");
    }

    /**
     * {@code y[r][i] = w[i] x[r][i] / sqrt(mean_j x[r][j]^2 + epsilon)}; {@code y} may be {@code x}.
     *
     * @param y F32 {@code [rows, n]}
     * @param x address of F32 {@code [rows, n]}
     * @param w address of F32 {@code [n]}
     */
    public void rmsNorm(DeviceRows y, long x, long w, float epsilon) {
        norm(rmsNorm, y, x, w, epsilon);
    }

    /** {@code y += rmsNorm(x)}, with the operands of {@link #rmsNorm}. */
    public void addRmsNorm(DeviceRows y, long x, long w, float epsilon) {
        norm(addRmsNorm, y, x, w, epsilon);
    }

    private void norm(Kernel kernel, DeviceRows y, long x, long w, float epsilon) {
        modules.arguments().put(y.address()).put(x).put(w).put(y.columns()).put(epsilon);
        modules.launch(kernel, LaunchShape.of(y.rows(), 1, NORM_THREADS));
    }

    /**
     * {@code y = rmsNorm(x)} and {@code Q16(y)}.
     *
     * @param y F32 {@code [rows, n]}, not {@code x}; n is a multiple of 32
     * @param quantized room for as many rows and columns
     * @param x address of F32 {@code [rows, n]}
     * @param w address of F32 {@code [n]}
     */
    public void rmsNorm(DeviceRows y, Q16Rows quantized, long x, long w, float epsilon) {
        Arguments arguments = modules.arguments().put(y.address());
        arguments.put(quantized.quants()).put(quantized.heads()).put(x).put(w);
        arguments.put(y.columns()).put(epsilon).put(quantized.tiles() ? 1 : 0);
        modules.launch(rmsNormQuantize, LaunchShape.of(y.rows(), 1, NORM_THREADS));
    }

    /**
     * {@code y[r][i] = w[i] (x[r][i] - m) / sqrt(mean_j (x[r][j] - m)^2 + epsilon) + bias[i]}, {@code m} the mean of
     * {@code x[r]}; {@code y} may be {@code x}.
     *
     * @param y F32 {@code [rows, n]}
     * @param x address of F32 {@code [rows, n]}
     * @param w address of F32 {@code [n]}
     * @param bias address of F32 {@code [n]}
     */
    public void layerNorm(DeviceRows y, long x, long w, long bias, float epsilon) {
        Arguments arguments = modules.arguments().put(y.address()).put(x).put(w);
        arguments.put(bias).put(y.columns()).put(epsilon);
        modules.launch(layerNorm, LaunchShape.of(y.rows(), 1, NORM_THREADS));
    }

    /**
     * {@code x[r] = f(x[r] + bias)}.
     *
     * @param x F32 {@code [rows, n]}
     * @param bias address of F32 {@code [n]}
     * @param function {@link #GELU_TANH} or {@link #SILU}
     */
    public void activate(DeviceRows x, long bias, int function) {
        modules.arguments().put(x.address()).put(bias).put(x.columns()).put(function);
        modules.launch(activate, elements(x));
    }

    /**
     * {@code y[r] = w[ids[r]] * scale}.
     *
     * @param y F32 {@code [rows, w.columns()]}
     * @param ids address of int32 {@code [rows]}, all within {@code w}
     */
    public void embed(DeviceRows y, DeviceWeights w, long ids, float scale) {
        Arguments arguments =
                modules.arguments().put(y.address()).put(w.blocks()).put(ids);
        arguments.put(w.rows()).put(y.columns()).put(scale).put(w.type()).put(w.packed() ? 1 : 0);
        modules.launch(embed, elements(y));
    }

    /**
     * {@code y[r] = x[rows[r]]}.
     *
     * @param y F32 {@code [count, n]}
     * @param x address of F32 {@code [.., n]}
     * @param rows address of int32 {@code [count]}, all within {@code x}
     */
    public void gather(DeviceRows y, long x, long rows) {
        modules.arguments().put(y.address()).put(x).put(rows).put(y.columns());
        modules.launch(gather, elements(y));
    }

    /**
     * {@code x += h}.
     *
     * @param x F32 {@code [rows, n]}
     * @param h address of F32 {@code [rows, n]}, or {@code [1, n]} for all rows
     * @param oneRow whether {@code h} is one row
     */
    public void add(DeviceRows x, long h, boolean oneRow) {
        modules.arguments().put(x.address()).put(h).put(x.columns()).put(oneRow ? 0 : x.columns());
        modules.launch(add, elements(x));
    }

    /**
     * {@code y = f(gate) * up}; {@code y} may be either.
     *
     * @param y F32 {@code [rows, n]}
     * @param gateRows address of F32 {@code [rows, n]}
     * @param up address of F32 {@code [rows, n]}
     * @param function {@link #GELU_TANH} or {@link #SILU}
     */
    public void gate(DeviceRows y, long gateRows, long up, int function) {
        modules.arguments()
                .put(y.address())
                .put(gateRows)
                .put(up)
                .put(y.columns())
                .put(function);
        modules.launch(gate, elements(y));
    }

    /**
     * Normalises each head where a norm is given, then turns its pairs.
     *
     * @param x F32 {@code [rows, heads * headDim]}, changed in place
     * @param table F32 {@code [rows, turned]}: cosine and sine of each pair
     * @param headDim elements of a head
     * @param halves whether a pair is elements {@code i} and {@code i + turned / 2}, else {@code 2 i} and {@code 2 i + 1}
     * @param w address of F32 {@code [headDim]}, the weight of the norm; 0 for none
     */
    public void rope(DeviceRows x, DeviceRows table, int headDim, boolean halves, long w, float epsilon) {
        Arguments arguments =
                modules.arguments().put(x.address()).put(table.address()).put(w);
        arguments.put(headDim).put(table.columns()).put(halves ? 1 : 0).put(epsilon);
        int heads = x.columns() / headDim;
        modules.launch(rope, new LaunchShape(heads, x.rows(), 1, ROPE_THREADS, Float.BYTES * headDim));
    }

    /**
     * Rounds two tensors in place to what types keep.
     *
     * @param x F32
     * @param y F32
     * @param xType GGUF's number of F16 or BF16; of F32 where {@code x} stays as it is
     * @param yType the same for {@code y}
     */
    public void round(DeviceRows x, DeviceRows y, int xType, int yType) {
        long n = (long) x.rows() * x.columns();
        long m = (long) y.rows() * y.columns();
        Arguments arguments =
                modules.arguments().put(x.address()).put(y.address()).put(n).put(m);
        arguments.put(xType).put(yType);
        int blocks = Math.toIntExact(Math.ceilDiv(Math.max(n, m), ELEMENT_THREADS));
        modules.launch(round, LaunchShape.of(blocks, 2, ELEMENT_THREADS));
    }

    private static LaunchShape elements(DeviceRows rows) {
        return LaunchShape.of(rows.rows(), Math.ceilDiv(rows.columns(), ELEMENT_THREADS), ELEMENT_THREADS);
    }
}
