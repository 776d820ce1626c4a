// x[i] = x[i] as F16 (type 1) or BF16 (type 30) keeps it, F32 in place; type 0 leaves it. Two arrays, x of n elements and y of m.
// Grid: (the larger one / 256 rounded up, 2: x and y). Block: 256 threads, an element each. No shared memory.
#include "weights.cuh"

#define THREADS 256

extern "C" __global__ void __launch_bounds__(THREADS) jg_round(
        float* __restrict__ x, float* __restrict__ y, long long n, long long m, int xType, int yType) {
    long long i = (long long)blockIdx.x * THREADS + threadIdx.x;
    float* at = (blockIdx.y == 0 ? x : y) + i;
    int type = blockIdx.y == 0 ? xType : yType;
    if (i >= (blockIdx.y == 0 ? n : m) || type == F32_TYPE) return;
    *at = type == F16_TYPE ? roundToHalf(*at) : __uint_as_float((uint32_t)toBrain(*at) << 16);
}
