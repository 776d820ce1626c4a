package io.jgemma.cuda.kernels;

import io.jgemma.cuda.Arguments;
import io.jgemma.cuda.LaunchShape;

/** Operands of products in F16, for a library that multiplies those. */
public final class HalfKernels {
    private static final int THREADS = 256;

    private final KernelModules modules;
    private final Kernel weights;
    private final Kernel rows;
    private final Kernel scale;

    HalfKernels(KernelModules modules) {
        this.modules = modules;
        weights = modules.kernel("halves", "jg_half_weights");
        rows = modules.kernel("halves", "jg_half_rows");
        scale = modules.kernel("halves", "jg_scale_rows");
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
