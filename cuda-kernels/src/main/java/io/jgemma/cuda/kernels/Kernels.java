package io.jgemma.cuda.kernels;

import io.jgemma.cuda.Arguments;
import io.jgemma.cuda.CudaDriver;
import io.jgemma.cuda.LaunchShape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The kernels of one device, ready to be launched. Calls put work on a stream and return; they come from the thread whose
 * context was current when this was loaded, one at a time.
 */
public final class Kernels implements AutoCloseable {
    private static final int QUANTIZE_THREADS = 256;
    private static final int MATVEC_THREADS = 128;
    private static final int NORM_THREADS = 256;
    /** A thread of the quantizing kernel takes four values. */
    private static final int QUANTIZE_THREADS_PER_BLOCK = Q4_0Weights.BLOCK / 4;

    private static final int MOST_ARGUMENTS = 8;

    private final CudaDriver driver;
    private final Arena arena = Arena.ofConfined();
    private final Arguments arguments = new Arguments(arena, MOST_ARGUMENTS);
    private final List<Long> modules = new ArrayList<>();
    private final long quantize;
    private final long matvecQ4_0;
    private final long rmsNorm;

    private Kernels(CudaDriver driver, int target) {
        this.driver = driver;
        quantize = function("quantize", "jg_quantize_q8_1", target);
        matvecQ4_0 = function("matvec_q4_0", "jg_matvec_q4_0", target);
        rmsNorm = function("rms_norm", "jg_rms_norm", target);
    }

    /** Compiles the kernels for a device, whose context is current. */
    public static Kernels load(CudaDriver driver, int device) {
        int target = KernelImages.targetFor(driver.capability(device), driver.deviceName(device));
        return new Kernels(driver, target);
    }

    /**
     * {@code y = Q8_1(x)}.
     *
     * @param x address of F32 {@code [y.tokens(), 32 y.blocks()]}, aligned to 16 bytes
     */
    public void quantize(Q8_1Rows y, long x, long stream) {
        int threads = Math.multiplyExact(y.blocks(), QUANTIZE_THREADS_PER_BLOCK);
        arguments.clear().put(x).put(y.quants()).put(y.heads()).put(y.blocks());
        LaunchShape shape =
                LaunchShape.of((threads + QUANTIZE_THREADS - 1) / QUANTIZE_THREADS, y.tokens(), QUANTIZE_THREADS);
        driver.launch(quantize, shape, arguments, stream);
    }

    /**
     * {@code y = x w^T}.
     *
     * @param y address of F32 {@code [x.tokens(), w.rows()]}
     */
    public void matvec(long y, Q4_0Weights w, Q8_1Rows x, long stream) {
        if (w.blocks() != x.blocks()) {
            throw new IllegalArgumentException("weights of %d columns with activations of %d"
                    .formatted(w.blocks() * Q4_0Weights.BLOCK, x.blocks() * Q4_0Weights.BLOCK));
        }
        arguments
                .clear()
                .put(w.nibbles())
                .put(w.scales())
                .put(x.quants())
                .put(x.heads())
                .put(y)
                .put(w.rows())
                .put(w.blocks());
        driver.launch(matvecQ4_0, LaunchShape.of(w.groups(), x.tokens(), MATVEC_THREADS), arguments, stream);
    }

    /**
     * {@code y[r][i] = w[i] x[r][i] / sqrt(mean_j x[r][j]^2 + epsilon)}; {@code y} may be {@code x}.
     *
     * @param y address of F32 {@code [rows, n]}
     * @param x address of F32 {@code [rows, n]}
     * @param w address of F32 {@code [n]}
     */
    public void rmsNorm(long y, long x, long w, int rows, int n, float epsilon, long stream) {
        arguments.clear().put(y).put(x).put(w).put(n).put(epsilon);
        driver.launch(rmsNorm, LaunchShape.of(rows, 1, NORM_THREADS), arguments, stream);
    }

    @Override
    public void close() {
        modules.forEach(driver::unloadModule);
        modules.clear();
        arena.close();
    }

    private long function(String image, String name, int target) {
        try (Arena text = Arena.ofConfined()) {
            MemorySegment ptx = KernelImages.load(image, target, text);
            long module = driver.loadModule(ptx);
            modules.add(module);
            return driver.function(module, name);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }
}
