// Operands of a product in F16, whose sums are F32, as a library of matrix products takes them.
// jg_half_weights  y[r][i] = F16(w[first + r][i]), w any GGUF type [rows, columns] as in the file, or repacked as in layouts.cuh
//                  Grid: (rows of y, columns / 256 rounded up). Block: 256 threads, an element each. No shared memory.
// jg_half_rows     y[r][i] = F16(x[r][i] / scales[r]), x F32; the scale is the power of two that brings the row's largest
//                  magnitude into [2^14, 2^15): nothing overflows, and elements down to 2^-29 of the largest keep all bits
//                  Grid: one block a row. Block: 256 threads. Shared memory: 32 bytes for the maxima of the warps.
// jg_split_rows    the same in two parts, as splitHalves in half.cuh has them: high[r][i] + low[r][i] / 2048 has 22 bits of x[r][i] / scales[r]
//                  Grid, block and shared memory as jg_half_rows.
// jg_scale_rows    y[r][i] *= scales[r], F32
//                  Grid: (rows, columns / 256 rounded up). Block: 256 threads, an element each. No shared memory.
#include "half.cuh"
#include "layouts.cuh"
#include "warp.cuh"
#include "weights.cuh"

#define THREADS 256

/// Exponents outside of these would be none that a scale and its inverse can both have.
#define LEAST_EXPONENT (-110)
#define LARGEST_EXPONENT 14

extern "C" __global__ void __launch_bounds__(THREADS) jg_half_weights(
        unsigned short* __restrict__ y, const uint8_t* __restrict__ w, int first, int rows, int columns, int type, int packed) {
    int i = blockIdx.y * THREADS + threadIdx.x, row = first + blockIdx.x;
    if (i >= columns) return;
    float value = 0;
    if (packed) {
        withPacked(type, w, rows, columns, [&](auto weights) { value = weights.element(row, i); });
    } else {
        withWeight(type, [&](auto weight) {
            using W = decltype(weight);
            size_t block = (size_t)row * (columns / W::ELEMENTS) + i / W::ELEMENTS;
            value = W::value(w + block * W::BYTES, i % W::ELEMENTS);
        });
    }
    y[(size_t)blockIdx.x * columns + i] = toHalf(value);
}

/// 2^n for n from -126 to 127.
static __device__ __forceinline__ float powerOfTwo(int n) {
    return __int_as_float((n + 127) << 23);
}

/// The exponent of a row's scale; all threads of the block get it.
static __device__ __forceinline__ int scaleOf(const float* x, int n, float (&partial)[THREADS / 32]) {
    float most = 0;
    for (int i = threadIdx.x; i < n; i += THREADS) most = fmaxf(most, fabsf(x[i]));
    most = warpMax(most);
    if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = most;
    __syncthreads();
#pragma unroll
    for (int i = 0; i < THREADS / 32; i++) most = fmaxf(most, partial[i]);
    return min(max((__float_as_int(most) >> 23) - 127 - LARGEST_EXPONENT, LEAST_EXPONENT), 127 - LARGEST_EXPONENT);
}

extern "C" __global__ void __launch_bounds__(THREADS) jg_half_rows(
        unsigned short* __restrict__ y, float* __restrict__ scales, const float* __restrict__ x, int n) {
    __shared__ float partial[THREADS / 32];
    x += (size_t)blockIdx.x * n;
    y += (size_t)blockIdx.x * n;
    int exponent = scaleOf(x, n, partial);
    float inverse = powerOfTwo(-exponent);
    for (int i = threadIdx.x; i < n; i += THREADS) y[i] = toHalf(x[i] * inverse);
    if (threadIdx.x == 0) scales[blockIdx.x] = powerOfTwo(exponent);
}

extern "C" __global__ void __launch_bounds__(THREADS) jg_split_rows(
        uint32_t* __restrict__ high, uint32_t* __restrict__ low, float* __restrict__ scales, const float2* __restrict__ x, int n) {
    __shared__ float partial[THREADS / 32];
    size_t first = (size_t)blockIdx.x * (n / 2);
    int exponent = scaleOf(reinterpret_cast<const float*>(x + first), n, partial);
    float inverse = powerOfTwo(-exponent);
    for (int i = threadIdx.x; i < n / 2; i += THREADS) {
        float2 v = x[first + i];
        splitHalves(v.x * inverse, v.y * inverse, high[first + i], low[first + i]);
    }
    if (threadIdx.x == 0) scales[blockIdx.x] = powerOfTwo(exponent);
}

extern "C" __global__ void __launch_bounds__(THREADS) jg_scale_rows(float* __restrict__ y, const float* __restrict__ scales, int n) {
    int i = blockIdx.y * THREADS + threadIdx.x;
    if (i < n) y[(size_t)blockIdx.x * n + i] *= scales[blockIdx.x];
}
