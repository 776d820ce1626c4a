// y[token][row] = sum_k w[row][k] x[token][k], w Q4_0 [rows, blocks * 32] as in q4_0.cuh, x Q8_1.
// Grid: (groups of 8 rows, tokens). Block: 4 warps, which share the 8 rows; a lane takes every 128th block of all eight,
// so that an activation is read once for them. Shared memory: 128 bytes for the sums of the warps.
#include "q4_0.cuh"
#include "warp.cuh"

#define WARPS 4

extern "C" __global__ void __launch_bounds__(32 * WARPS) jg_matvec_q4_0(
        const uint4* __restrict__ nibbles,
        const uint4* __restrict__ scales,
        const int4* __restrict__ quants,
        const Q8_1Head* __restrict__ heads,
        float* __restrict__ y,
        int rows,
        int blocks) {
    __shared__ float partial[WARPS][GROUP_ROWS];
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    nibbles += (size_t)blockIdx.x * GROUP_ROWS * blocks;
    scales += (size_t)blockIdx.x * blocks;
    quants += (size_t)blockIdx.y * blocks * 2;
    heads += (size_t)blockIdx.y * blocks;

    float sums[GROUP_ROWS] = {};
    for (int b = threadIdx.x; b < blocks; b += 32 * WARPS) {
        uint4 packed[GROUP_ROWS];
#pragma unroll
        for (int r = 0; r < GROUP_ROWS; r++) packed[r] = nibbles[(size_t)r * blocks + b];
        uint4 d = scales[b];
        int4 low = quants[b], high = quants[blocks + b];
        Q8_1Head head = heads[b];
        const __half2* pairs = reinterpret_cast<const __half2*>(&d);
#pragma unroll
        for (int r = 0; r < GROUP_ROWS; r++) {
            float2 pair = __half22float2(pairs[r / 2]);
            int dot = dotQ4_0(packed[r], low, high) - 8 * head.sum;
            sums[r] += (r % 2 == 0 ? pair.x : pair.y) * head.scale * (float)dot;
        }
    }
#pragma unroll
    for (int r = 0; r < GROUP_ROWS; r++) {
        float sum = warpSum(sums[r]);
        if (lane == r) partial[warp][r] = sum;
    }
    __syncthreads();
    int row = blockIdx.x * GROUP_ROWS + threadIdx.x;
    if (threadIdx.x < GROUP_ROWS && row < rows) {
        float sum = 0;
#pragma unroll
        for (int w = 0; w < WARPS; w++) sum += partial[w][threadIdx.x];
        y[(size_t)blockIdx.y * rows + row] = sum;
    }
}
