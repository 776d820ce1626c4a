package io.jgemma.cuda.kernels;

import io.jgemma.cuda.LaunchShape;

/** The greatest of a row's numbers. */
public final class GreatestKernels {
    private static final int THREADS = 256;
    private static final int PART = 8 * THREADS;

    private final KernelModules modules;
    private final Kernel first;
    private final Kernel next;

    GreatestKernels(KernelModules modules) {
        this.modules = modules;
        first = modules.kernel("greatest", "jg_greatest");
        next = modules.kernel("greatest", "jg_greatest_keys");
    }

    /** Bytes of scratch memory that {@link #greatest} needs. */
    public static long scratchBytes(DeviceRows x, int k) {
        long some = keys(x.rows(), x.columns(), k);
        return Long.BYTES * (some + keys(x.rows(), Math.toIntExact(some / x.rows()), k));
    }

    /** Keys that one launch leaves of rows of n. */
    private static long keys(int rows, int n, int k) {
        return (long) rows * Math.ceilDiv(n, PART) * k;
    }

    /**
     * The k greatest of each row in descending order, each followed by its column; NaN is greater than all.
     *
     * @param y address of F32 {@code [x.rows(), 2 k]}, a multiple of 8
     * @param k at most {@link io.jgemma.engine.backend.Ops#MOST_GREATEST} and {@code x.columns()}
     * @param scratch address of {@link #scratchBytes} bytes
     */
    public void greatest(long y, DeviceRows x, int k, long scratch) {
        long to = scratch;
        long other = scratch + Long.BYTES * keys(x.rows(), x.columns(), k);
        long from = x.address();
        int n = x.columns();
        Kernel kernel = first;
        while (true) {
            int parts = Math.ceilDiv(n, PART);
            modules.arguments().put(y).put(to).put(from).put(n).put(k);
            modules.launch(kernel, LaunchShape.of(parts, x.rows(), THREADS));
            if (parts == 1) {
                return;
            }
            kernel = next;
            from = to;
            to = other;
            other = from;
            n = parts * k;
        }
    }
}
