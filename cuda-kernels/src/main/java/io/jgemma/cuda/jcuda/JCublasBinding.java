package io.jgemma.cuda.jcuda;

import io.jgemma.cuda.Cublas;
import io.jgemma.cuda.CudaException;
import jcuda.Pointer;
import jcuda.cudaDataType;
import jcuda.driver.CUstream;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasGemmAlgo;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasStatus;
import jcuda.runtime.cudaStream_t;

/** {@link Cublas} over JCublas. */
final class JCublasBinding implements Cublas {
    private final int device;
    private final cublasHandle handle = new cublasHandle();
    private final Pointer one = Pointer.to(new float[] {1});
    private final Pointer zero = Pointer.to(new float[] {0});

    /**
     * Begins to work.
     *
     * @param stream of the current context
     * @param device whose context that is, for errors
     */
    JCublasBinding(CUstream stream, int device) {
        this.device = device;
        JCublas2.setExceptionsEnabled(false);
        check("cublasCreate", JCublas2.cublasCreate(handle));
        int code = JCublas2.cublasSetStream(handle, new cudaStream_t(stream));
        if (code != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            JCublas2.cublasDestroy(handle);
            check("cublasSetStream", code);
        }
    }

    /**
     * The library's matrices lie column by column, so that ours are their own transposes to it. JCublas has its entry twice:
     * what takes a compute type ends in {@code _new}.
     */
    @Override
    public void matmul(long y, int stride, long w, long x, int tokens, int rows, int columns) {
        check(
                "cublasGemmEx",
                JCublas2.cublasGemmEx_new(
                        handle,
                        cublasOperation.CUBLAS_OP_T,
                        cublasOperation.CUBLAS_OP_N,
                        rows,
                        tokens,
                        columns,
                        one,
                        Address.device(w),
                        cudaDataType.CUDA_R_16F,
                        columns,
                        Address.device(x),
                        cudaDataType.CUDA_R_16F,
                        columns,
                        zero,
                        Address.device(y),
                        cudaDataType.CUDA_R_32F,
                        stride,
                        cublasComputeType.CUBLAS_COMPUTE_32F,
                        cublasGemmAlgo.CUBLAS_GEMM_DEFAULT));
    }

    @Override
    public void close() {
        check("cublasDestroy", JCublas2.cublasDestroy(handle));
    }

    private void check(String call, int code) {
        if (code != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            throw new CudaException(call, cublasStatus.stringFor(code), device, "an error of cuBLAS");
        }
    }
}
