package io.jgemma.cuda.backend;

import io.jgemma.cuda.Cublas;
import io.jgemma.cuda.kernels.DeviceRows;
import io.jgemma.cuda.kernels.DeviceWeights;
import io.jgemma.cuda.kernels.HalfKernels;

/**
 * Products of many rows by cuBLAS. Weights of every type are decoded to F16, as many rows at a time as a slab holds; activations
 * are brought into F16's range by a power of two each row.
 */
final class CublasProducts {
    private static final long SLAB_BYTES = 32L << 20;
    /** A slab has whole tiles of the library's kernels. */
    private static final int TILE_ROWS = 128;

    private static final long HALF_BYTES = Short.BYTES;

    private final Device device;
    private final Cublas cublas;
    private final HalfKernels halves;
    private final Region slab;
    private final Region rows;
    private final Region scales;

    /**
     * Opens the library.
     *
     * @throws io.jgemma.cuda.CudaUnavailableException where it is not installed
     */
    CublasProducts(Device device) {
        this.device = device;
        device.enter();
        cublas = device.driver().openCublas(device.stream());
        halves = device.kernels().halves();
        slab = new Region(device);
        rows = new Region(device);
        scales = new Region(device);
    }

    /**
     * {@code y = x w^T}.
     *
     * @param y F32 {@code [tokens, w.rows()]}
     * @param x F32 {@code [tokens, w.columns()]}
     */
    void matmul(DeviceRows y, DeviceWeights w, DeviceRows x) {
        long rowBytes = HALF_BYTES * w.columns();
        int most = slabRows(w.rows(), rowBytes);
        slab.reserve(most * rowBytes);
        rows.reserve(x.rows() * rowBytes);
        scales.reserve((long) Float.BYTES * x.rows());
        halves.rows(rows.address(), scales.address(), x);
        for (int first = 0; first < w.rows(); first += most) {
            int count = Math.min(most, w.rows() - first);
            halves.weights(slab.address(), w, first, count);
            // The library knows nothing of what is not on the stream yet.
            device.pass().flush();
            long part = y.address() + (long) Float.BYTES * first;
            cublas.matmul(part, w.rows(), slab.address(), rows.address(), x.rows(), count, w.columns());
        }
        halves.scale(y, scales.address());
    }

    private static int slabRows(int all, long rowBytes) {
        long fit = SLAB_BYTES / rowBytes / TILE_ROWS * TILE_ROWS;
        return (int) Math.min(all, Math.max(TILE_ROWS, fit));
    }

    /** Gives everything back. */
    void close() {
        device.orLost(() -> {
            device.enter();
            cublas.close();
        });
        slab.close();
        rows.close();
        scales.close();
    }
}
