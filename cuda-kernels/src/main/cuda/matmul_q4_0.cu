// y[token][row] = sum_k w[row][k] x[token][k], w Q4_0 [rows, blocks * 32] as in q4_0.cuh, x as in q16.cuh.
// Grid: (groups of 8 rows, tokens / 4 rounded up). Block: 4 warps, which share the 8 rows; a lane takes every 128th block of
// all eight, so that activations are read once for them, and weights once for up to four tokens. Shared memory: 512 bytes for
// the sums of the warps.
#include "q4_0.cuh"
#include "warp.cuh"

#define WARPS 4
#define TOKENS 4

extern "C" __global__ void __launch_bounds__(32 * WARPS) jg_matmul_q4_0(
        const uint4* __restrict__ nibbles,
        const uint4* __restrict__ scales,
        const uint4* __restrict__ quants,
        const Q16Head* __restrict__ heads,
        float* __restrict__ y,
        int rows,
        int blocks,
        int tokens) {
    __shared__ float partial[WARPS][TOKENS][GROUP_ROWS];
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32, first = blockIdx.y * TOKENS;
    int count = min(TOKENS, tokens - first);
    nibbles += (size_t)blockIdx.x * GROUP_ROWS * blocks;
    scales += (size_t)blockIdx.x * blocks;
    quants += (size_t)first * blocks * PARTS;
    heads += (size_t)first * blocks;

    float sums[TOKENS][GROUP_ROWS] = {};
    for (int b = threadIdx.x; b < blocks; b += 32 * WARPS) {
        uint4 packed[GROUP_ROWS];
#pragma unroll
        for (int r = 0; r < GROUP_ROWS; r++) packed[r] = nibbles[(size_t)r * blocks + b];
        uint4 d = scales[b];
        const __half2* pairs = reinterpret_cast<const __half2*>(&d);
#pragma unroll
        for (int t = 0; t < TOKENS; t++) {
            if (t >= count) break;
            const uint4* q = quants + (size_t)t * blocks * PARTS + b;
            int4 high[2];
            *reinterpret_cast<uint4*>(&high[0]) = q[0];
            *reinterpret_cast<uint4*>(&high[1]) = q[blocks];
            uint4 low[2] = {q[2 * blocks], q[3 * blocks]};
            Q16Head head = heads[(size_t)t * blocks + b];
#pragma unroll
            for (int r = 0; r < GROUP_ROWS; r++) {
                float2 pair = __half22float2(pairs[r / 2]);
                int dot = dotHigh(packed[r], high[0], high[1]) * 256 + dotLow(packed[r], low[0], low[1]) - 8 * head.sum;
                sums[t][r] += (r % 2 == 0 ? pair.x : pair.y) * head.scale * (float)dot;
            }
        }
    }
#pragma unroll
    for (int t = 0; t < TOKENS; t++) {
        if (t >= count) break;
#pragma unroll
        for (int r = 0; r < GROUP_ROWS; r++) {
            float sum = warpSum(sums[t][r]);
            if (lane == r) partial[warp][t][r] = sum;
        }
    }
    __syncthreads();
    int token = threadIdx.x / GROUP_ROWS, row = threadIdx.x % GROUP_ROWS;
    int out = blockIdx.x * GROUP_ROWS + row;
    if (token < count && out < rows) {
        float sum = 0;
#pragma unroll
        for (int w = 0; w < WARPS; w++) sum += partial[w][token][row];
        y[(size_t)(first + token) * rows + out] = sum;
    }
}
