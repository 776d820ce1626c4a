package io.jgemma.cuda;

/**
 * What jgemma asks of NVIDIA's cuBLAS: products of F16, whose sums are F32. Calls come from a thread whose context is that of
 * the stream the library works on. Everything throws {@link CudaException}.
 */
public interface Cublas extends AutoCloseable {

    /**
     * {@code y = x w^T}.
     *
     * @param y address of F32, whose rows begin {@code stride} elements apart: {@code [tokens, rows]}
     * @param stride at least {@code rows}
     * @param w address of F16 {@code [rows, columns]}
     * @param x address of F16 {@code [tokens, columns]}
     */
    void matmul(long y, int stride, long w, long x, int tokens, int rows, int columns);

    /** Gives its memory back, when its work is done. */
    @Override
    void close();
}
