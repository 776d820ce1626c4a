// x[r][i] = x[r][i] as F16 (type 1) or BF16 (type 30) keeps it, x F32 [rows, n] in place.
// Grid: (rows, n / 256 rounded up). Block: 256 threads, an element each. No shared memory.
#include "weights.cuh"

#define THREADS 256

extern "C" __global__ void __launch_bounds__(THREADS) jg_round(float* x, int n, int type) {
    int i = blockIdx.y * THREADS + threadIdx.x;
    if (i >= n) return;
    size_t at = (size_t)blockIdx.x * n + i;
    x[at] = type == F16_TYPE ? roundToHalf(x[at]) : __uint_as_float((uint32_t)toBrain(x[at]) << 16);
}
