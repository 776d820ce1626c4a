// y[r][i] = w[i] (x[r][i] - m) / sqrt(mean_j (x[r][j] - m)^2 + epsilon) + bias[i], m = mean_j x[r][j], all F32, y may be x.
// Grid: one block a row. Block: 256 threads. Shared memory: 64 bytes for the sums of the warps.
#include <cstddef>

#include "warp.cuh"

#define THREADS 256

/// The sum of what all threads have.
static __device__ __forceinline__ float blockSum(float sum, float (&partial)[THREADS / 32]) {
    sum = warpSum(sum);
    if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = sum;
    __syncthreads();
    sum = 0;
#pragma unroll
    for (int i = 0; i < THREADS / 32; i++) sum += partial[i];
    return sum;
}

extern "C" __global__ void __launch_bounds__(THREADS) jg_layer_norm(
        float* y, const float* x, const float* __restrict__ w, const float* __restrict__ bias, int n, float epsilon) {
    __shared__ float sums[THREADS / 32];
    __shared__ float squares[THREADS / 32];
    x += (size_t)blockIdx.x * n;
    y += (size_t)blockIdx.x * n;
    float sum = 0;
    for (int i = threadIdx.x; i < n; i += THREADS) sum += x[i];
    float mean = blockSum(sum, sums) / n;
    sum = 0;
    for (int i = threadIdx.x; i < n; i += THREADS) {
        float v = x[i] - mean;
        sum += v * v;
    }
    float factor = rsqrtf(blockSum(sum, squares) / n + epsilon);
    for (int i = threadIdx.x; i < n; i += THREADS) y[i] = (x[i] - mean) * factor * w[i] + bias[i];
}
