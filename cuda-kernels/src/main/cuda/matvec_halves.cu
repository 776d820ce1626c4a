// y[token][row] = sum_k w[row][k] x[token][k] for a few tokens, w F16 [rows, columns] as in the file, x and y F32. Columns are a
// multiple of 8, w and x lie at multiples of 16 bytes.
// Grid: (rows / 8 rounded up, tokens / TOKENS rounded up), TOKENS 1, or of the kernel for a few 4. Block: 4 warps of two rows each, whose lanes
// take every 32nd 8 elements, 16 bytes of each row. No shared memory.
#include "half.cuh"
#include "warp.cuh"

#define WARPS 4
#define ROWS 2

template <int TOKENS> static __device__ __forceinline__ void matvec(
        float* y, const uint4* w, const float4* x, int rows, int columns, int tokens) {
    int lane = threadIdx.x % 32, row = (blockIdx.x * WARPS + threadIdx.x / 32) * ROWS, first = blockIdx.y * TOKENS;
    int count = TOKENS == 1 ? 1 : min(TOKENS, tokens - first), eights = columns / 8;
    if (row >= rows) return;
    // Where there is no second row, the first is taken twice and kept once.
    int second = row + 1 < rows ? eights : 0;
    w += (size_t)row * eights;
    x += (size_t)first * eights * 2;
    float sums[TOKENS][ROWS] = {};
    for (int k = lane; k < eights; k += 32) {
        uint4 words[ROWS] = {w[k], w[k + second]};
        float2 values[ROWS][4];
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            values[r][0] = halves(words[r].x);
            values[r][1] = halves(words[r].y);
            values[r][2] = halves(words[r].z);
            values[r][3] = halves(words[r].w);
        }
#pragma unroll
        for (int t = 0; t < TOKENS; t++) {
            if (t >= count) break;
            float4 a = x[((size_t)t * eights + k) * 2], b = x[((size_t)t * eights + k) * 2 + 1];
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                const float2* v = values[r];
                float low = fmaf(v[0].x, a.x, v[0].y * a.y) + fmaf(v[1].x, a.z, v[1].y * a.w);
                float high = fmaf(v[2].x, b.x, v[2].y * b.y) + fmaf(v[3].x, b.z, v[3].y * b.w);
                sums[t][r] += low + high;
            }
        }
    }
#pragma unroll
    for (int t = 0; t < TOKENS; t++) {
        if (t >= count) break;
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            float sum = warpSum(sums[t][r]);
            if (lane == 0 && row + r < rows) y[(size_t)(first + t) * rows + row + r] = sum;
        }
    }
}

#define MATVEC(name, TOKENS)                                                                                                   \
    extern "C" __global__ void __launch_bounds__(32 * WARPS) name(                                                             \
            float* __restrict__ y, const uint4* __restrict__ w, const float4* __restrict__ x, int rows, int columns, int tokens) { \
        matvec<TOKENS>(y, w, x, rows, columns, tokens);                                                                        \
    }

MATVEC(jg_matvec_halves, 1)
MATVEC(jg_matvec_halves_few, 4)
