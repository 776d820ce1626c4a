// jg_rms_norm           y[r][i] = w[i] x[r][i] / sqrt(mean_j x[r][j]^2 + epsilon), all F32, y may be x
// jg_add_rms_norm       y[r][i] += the same
// jg_rms_norm_quantize  y as in jg_rms_norm and Q16(y) as in q16.cuh; n is a multiple of 32
// Grid: one block a row. Block: 256 threads. Shared memory: 32 bytes for the sums of the warps.
#include "q16.cuh"

#define THREADS 256

/// 1 / sqrt(mean of squares + epsilon) for the block's sum of squares.
static __device__ __forceinline__ float factorOf(float sum, int n, float epsilon, float (&partial)[THREADS / 32]) {
    sum = warpSum(sum);
    if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = sum;
    __syncthreads();
    sum = 0;
#pragma unroll
    for (int i = 0; i < THREADS / 32; i++) sum += partial[i];
    return rsqrtf(sum / n + epsilon);
}

template <bool add> static __device__ __forceinline__ void norm(float* y, const float* x, const float* w, int n, float epsilon) {
    x += (size_t)blockIdx.x * n;
    y += (size_t)blockIdx.x * n;
    __shared__ float partial[THREADS / 32];
    float sum = 0;
    for (int i = threadIdx.x; i < n; i += THREADS) sum += x[i] * x[i];
    float factor = factorOf(sum, n, epsilon, partial);
    for (int i = threadIdx.x; i < n; i += THREADS) {
        float value = x[i] * factor * w[i];
        y[i] = add ? y[i] + value : value;
    }
}

extern "C" __global__ void __launch_bounds__(THREADS) jg_rms_norm(
        float* y, const float* x, const float* __restrict__ w, int n, float epsilon) {
    norm<false>(y, x, w, n, epsilon);
}

extern "C" __global__ void __launch_bounds__(THREADS) jg_add_rms_norm(
        float* y, const float* x, const float* __restrict__ w, int n, float epsilon) {
    norm<true>(y, x, w, n, epsilon);
}

extern "C" __global__ void __launch_bounds__(THREADS) jg_rms_norm_quantize(
        float4* __restrict__ y, uint32_t* __restrict__ quants, Q16Head* __restrict__ heads, const float4* __restrict__ x,
        const float4* __restrict__ w, int n, float epsilon, int tiles) {
    __shared__ float partial[THREADS / 32];
    int fours = n / 4;
    x += (size_t)blockIdx.x * fours;
    y += (size_t)blockIdx.x * fours;
    float sum = 0;
    for (int i = threadIdx.x; i < fours; i += THREADS) {
        float4 v = x[i];
        sum += v.x * v.x + v.y * v.y + v.z * v.z + v.w * v.w;
    }
    float factor = factorOf(sum, n, epsilon, partial);
    for (int first = 0; first < fours; first += THREADS) {
        int i = first + threadIdx.x;
        bool here = i < fours;
        float4 v = make_float4(0, 0, 0, 0);
        if (here) {
            float4 a = x[i], b = w[i];
            v = make_float4(a.x * factor * b.x, a.y * factor * b.y, a.z * factor * b.z, a.w * factor * b.w);
            y[i] = v;
        }
        q16Store({quants, heads, n / BLOCK, tiles}, blockIdx.x, i / 8, i % 8, v, here);
    }
}
