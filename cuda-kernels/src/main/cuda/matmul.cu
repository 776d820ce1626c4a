// y[token][row] = sum_k w[row][k] x[token][k], w any GGUF type [rows, columns] as in the file, x and y F32.
// The slow twin of every faster product: a warp takes one row of w for up to eight tokens, so that a decoded weight is used
// for all of them; its lanes take every 32nd element.
// Grid: (rows / 4 rounded up, tokens / 8 rounded up). Block: 4 warps. No shared memory.
#include "warp.cuh"
#include "weights.cuh"

#define WARPS 4
#define TOKENS 8

extern "C" __global__ void __launch_bounds__(32 * WARPS) jg_matmul(
        float* __restrict__ y,
        const uint8_t* __restrict__ w,
        const float* __restrict__ x,
        int rows,
        int columns,
        int tokens,
        int type) {
    int lane = threadIdx.x % 32, row = blockIdx.x * WARPS + threadIdx.x / 32, first = blockIdx.y * TOKENS;
    if (row >= rows) return;
    float sums[TOKENS] = {};
    withWeight(type, [&](auto weight) {
        using W = decltype(weight);
        const uint8_t* blocks = w + (size_t)row * (columns / W::ELEMENTS) * W::BYTES;
        for (int k = lane; k < columns; k += 32) {
            float value = W::value(blocks + (size_t)(k / W::ELEMENTS) * W::BYTES, k % W::ELEMENTS);
#pragma unroll
            for (int t = 0; t < TOKENS; t++) {
                if (first + t < tokens) sums[t] = fmaf(value, x[(size_t)(first + t) * columns + k], sums[t]);
            }
        }
    });
#pragma unroll
    for (int t = 0; t < TOKENS; t++) {
        float sum = warpSum(sums[t]);
        if (lane == 0 && first + t < tokens) y[(size_t)(first + t) * rows + row] = sum;
    }
}
