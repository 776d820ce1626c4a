// Turns the first `turned` elements of each head by pairs: (a, b) -> (a cos - b sin, a sin + b cos), x F32 [rows, heads * dim] in
// place, table F32 [rows, turned] = cosine and sine of each pair. A pair is elements i and i + turned / 2 with halves, else
// 2 i and 2 i + 1. Where w is not null, heads are first normalised: x[i] = w[i] x[i] / sqrt(mean_j x[j]^2 + epsilon).
// Grid: (heads, rows). Block: 128 threads. Shared memory: the head (dynamic), 16 bytes for the sums of the warps.
#include "warp.cuh"

#define THREADS 128

extern "C" __global__ void __launch_bounds__(THREADS) jg_rope(
        float* __restrict__ x, const float* __restrict__ table, const float* __restrict__ w, int dim, int turned, int halves,
        float epsilon) {
    extern __shared__ float head[];
    __shared__ float partial[THREADS / 32];
    x += ((size_t)blockIdx.y * gridDim.x + blockIdx.x) * dim;
    table += (size_t)blockIdx.y * turned;
    float sum = 0;
    for (int i = threadIdx.x; i < dim; i += THREADS) {
        head[i] = x[i];
        sum += head[i] * head[i];
    }
    if (w) {
        sum = warpSum(sum);
        if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = sum;
        __syncthreads();
        sum = 0;
#pragma unroll
        for (int i = 0; i < THREADS / 32; i++) sum += partial[i];
        float factor = rsqrtf(sum / dim + epsilon);
        for (int i = threadIdx.x; i < dim; i += THREADS) head[i] = head[i] * factor * w[i];
    }
    __syncthreads();
    int pairs = turned / 2;
    for (int pair = threadIdx.x; pair < pairs; pair += THREADS) {
        int a = halves ? pair : 2 * pair, b = halves ? pair + pairs : 2 * pair + 1;
        float2 angle = reinterpret_cast<const float2*>(table)[pair];
        x[a] = head[a] * angle.x - head[b] * angle.y;
        x[b] = head[a] * angle.y + head[b] * angle.x;
    }
    if (w) {
        for (int i = turned + threadIdx.x; i < dim; i += THREADS) x[i] = head[i];
    }
}
