// y[r][i] = w[i] x[r][i] / sqrt(mean_j x[r][j]^2 + epsilon), all F32, y may be x.
// Grid: one block a row. Block: 256 threads. Shared memory: 32 bytes for the sums of the warps.
#include "warp.cuh"

#define THREADS 256

extern "C" __global__ void __launch_bounds__(THREADS) jg_rms_norm(
        float* y, const float* x, const float* __restrict__ w, int n, float epsilon) {
    __shared__ float partial[THREADS / 32];
    x += (size_t)blockIdx.x * n;
    y += (size_t)blockIdx.x * n;
    float sum = 0;
    for (int i = threadIdx.x; i < n; i += THREADS) sum += x[i] * x[i];
    sum = warpSum(sum);
    if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = sum;
    __syncthreads();
    sum = 0;
#pragma unroll
    for (int i = 0; i < THREADS / 32; i++) sum += partial[i];
    float scale = rsqrtf(sum / n + epsilon);
    for (int i = threadIdx.x; i < n; i += THREADS) y[i] = x[i] * scale * w[i];
}
