// A stand-in for cuBLAS on the stand-in driver: the calls that jgemma makes, with the library's own checks of its arguments.
// https://docs.nvidia.com/cuda/archive/12.0.0/cublas/index.html#cublasgemmex
#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

namespace {
enum Status { SUCCESS = 0, NOT_INITIALIZED = 1, ALLOC_FAILED = 3, INVALID_VALUE = 7, EXECUTION_FAILED = 13, NOT_SUPPORTED = 15 };
enum { OP_N = 0, OP_T = 1, R_32F = 0, R_16F = 2, COMPUTE_32F = 68, GEMM_DEFAULT = -1, GEMM_DEFAULT_TENSOR_OP = 99 };

struct Span {
    uint64_t address, bytes;
};
struct Handle {
    void* stream = nullptr;
};

std::set<Handle*> handles;

/// C = A^T B, column by column: A F16 [k, m], B F16 [k, n], C F32 [m, n].
struct Product {
    int m, n, k, lda, ldb, ldc;
    const uint16_t *a, *b;
    float* c;
};

void multiply(const void* data) {
    const Product& p = *static_cast<const Product*>(data);
    std::vector<float> column(p.k);
    for (int j = 0; j < p.n; j++) {
        for (int l = 0; l < p.k; l++) column[l] = _cvtsh_ss(p.b[size_t(j) * p.ldb + l]);
        for (int i = 0; i < p.m; i++) {
            const uint16_t* row = p.a + size_t(i) * p.lda;
            float sum = 0;
            for (int l = 0; l < p.k; l++) sum += _cvtsh_ss(row[l]) * column[l];
            p.c[size_t(j) * p.ldc + i] = sum;
        }
    }
}

uint64_t extent(int columns, int rows, int stride, int bytes) { return (uint64_t(columns - 1) * stride + rows) * bytes; }
}  // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

extern "C" int standin_current();
extern "C" int standin_launch(void* stream, const char* name, const Span* reads, int count, Span write, void (*work)(const void*), const void* data, size_t bytes);

EXPORT Status cublasCreate_v2(Handle** handle) {
    if (!standin_current()) return NOT_INITIALIZED;
    *handle = new Handle;
    handles.insert(*handle);
    return SUCCESS;
}

EXPORT Status cublasDestroy_v2(Handle* handle) {
    if (!handles.erase(handle)) return NOT_INITIALIZED;
    delete handle;
    return SUCCESS;
}

EXPORT Status cublasSetStream_v2(Handle* handle, void* stream) {
    if (!handles.count(handle)) return NOT_INITIALIZED;
    handle->stream = stream;
    return SUCCESS;
}

EXPORT Status cublasGemmEx(Handle* handle, int transA, int transB, int m, int n, int k, const float* alpha, const void* a, int typeA, int lda,
                           const void* b, int typeB, int ldb, const float* beta, void* c, int typeC, int ldc, int compute, int algorithm) {
    if (!handles.count(handle)) return NOT_INITIALIZED;
    if (m < 1 || n < 1 || k < 1 || lda < k || ldb < k || ldc < m || !alpha || !beta) return INVALID_VALUE;
    if (transA != OP_T || transB != OP_N || *alpha != 1 || *beta != 0) return NOT_SUPPORTED;
    if (typeA != R_16F || typeB != R_16F || typeC != R_32F || compute != COMPUTE_32F) return NOT_SUPPORTED;
    if (algorithm != GEMM_DEFAULT && algorithm != GEMM_DEFAULT_TENSOR_OP) return NOT_SUPPORTED;
    const Product p = {m, n, k, lda, ldb, ldc, static_cast<const uint16_t*>(a), static_cast<const uint16_t*>(b), static_cast<float*>(c)};
    const Span reads[] = {{uint64_t(a), extent(m, k, lda, 2)}, {uint64_t(b), extent(n, k, ldb, 2)}};
    const Span write = {uint64_t(c), extent(n, m, ldc, 4)};
    return standin_launch(handle->stream, "cublasGemmEx", reads, 2, write, multiply, &p, sizeof p) ? EXECUTION_FAILED : SUCCESS;
}
