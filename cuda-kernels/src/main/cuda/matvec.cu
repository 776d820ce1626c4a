// y[token][row] = sum_k w[row][k] x[token][k] for a few tokens, w of a layout of layouts.cuh, x as in q16.cuh, in rows.
// Grid: (rows / 32 rounded up, tokens / TOKENS rounded up), TOKENS 1, or of the kernels for a few 4, with
// Q6_K 2. Block: 4 groups of 8 rows, one or two warps each; a
// lane takes every 32nd or 64th unit of its eight rows, so that activations are read once for them, and weights once for all
// tokens. Shared memory: 256 bytes a token for the sums of the warps.
#include "dots.cuh"

#define MOST_THREADS (32 * GROUPS * MOST_SPLIT)

template <class W, int TOKENS> static __device__ __forceinline__ void matvec(
        const uint8_t* w, const uint32_t* quants, const Q16Head* heads, float* y, int rows, int blocks, int tokens, int split) {
    __shared__ float partial[MOST_SPLIT][TOKENS][OUTPUTS];
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32, first = blockIdx.y * TOKENS;
    int count = TOKENS == 1 ? 1 : min(TOKENS, tokens - first);
    int group = blockIdx.x * GROUPS + warp / split;
    Q16Rows x = {const_cast<uint32_t*>(quants), const_cast<Q16Head*>(heads), blocks, 0};
    float sums[TOKENS][GROUP_ROWS] = {};
    if (group * GROUP_ROWS < rows) {
        dots<W, TOKENS>(W(w, rows, blocks * BLOCK), x, first, count, group, warp % split * 32 + lane, 32 * split, sums);
    }
    float sum = gather<TOKENS>(sums, partial, split);
    int token = threadIdx.x / OUTPUTS, row = blockIdx.x * OUTPUTS + threadIdx.x % OUTPUTS;
    if (token < count && row < rows) y[(size_t)(first + token) * rows + row] = sum;
}

#define MATVEC(name, W, TOKENS)                                                                                       \
    extern "C" __global__ void __launch_bounds__(MOST_THREADS, 1) jg_matvec_##name(                                     \
            const uint8_t* __restrict__ w, const uint32_t* __restrict__ quants, const Q16Head* __restrict__ heads,   \
            float* __restrict__ y, int rows, int blocks, int tokens, int split) {                                    \
        matvec<W, TOKENS>(w, quants, heads, y, rows, blocks, tokens, split);                                         \
    }

MATVEC(q4_0, Q4_0Packed, 1)
MATVEC(q8_0, Q8_0Packed, 1)
MATVEC(q4_k, Q4_KPacked, 1)
MATVEC(q6_k, Q6_KPacked, 1)
MATVEC(q4_0_few, Q4_0Packed, 4)
MATVEC(q8_0_few, Q8_0Packed, 4)
MATVEC(q4_k_few, Q4_KPacked, 4)
MATVEC(q6_k_few, Q6_KPacked, 2)
