// y[row] = f(sum_k g[row][k] x[k]) sum_k u[row][k] x[k] for one token, and Q16(y): both weights of one layout of layouts.cuh,
// x and the quantized y as in q16.cuh, in rows; f as in activation.cuh; rows a multiple of 32.
// Grid, block and lanes as in matvec.cu. A block's 32 outputs are one block of the quantized y. Shared memory: 512 bytes for
// the sums of the warps.
#include "activation.cuh"
#include "dots.cuh"

#define MOST_THREADS (32 * GROUPS * MOST_SPLIT)

template <class W> static __device__ __forceinline__ void gated(
        const uint8_t* g, const uint8_t* u, const uint32_t* quants, const Q16Head* heads, float* y, uint32_t* yQuants,
        Q16Head* yHeads, int rows, int blocks, int split, int function) {
    __shared__ float partial[2][MOST_SPLIT][1][OUTPUTS];
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32, group = blockIdx.x * GROUPS + warp / split;
    int first = warp % split * 32 + lane;
    Q16Rows x = {const_cast<uint32_t*>(quants), const_cast<Q16Head*>(heads), blocks, 0};
    float gates[1][GROUP_ROWS] = {}, ups[1][GROUP_ROWS] = {};
    dots<W, 1>(W(g, rows, blocks * BLOCK), x, 0, 1, group, first, 32 * split, gates);
    dots<W, 1>(W(u, rows, blocks * BLOCK), x, 0, 1, group, first, 32 * split, ups);
    float gate = gather<1>(gates, partial[0], split), up = gather<1>(ups, partial[1], split);
    if (warp > 0) return;
    float value = activation(gate, function) * up;
    y[blockIdx.x * OUTPUTS + lane] = value;
    q16StoreWarp({yQuants, yHeads, rows / BLOCK, 0}, 0, blockIdx.x, value);
}

#define GATED(name, W)                                                                                               \
    extern "C" __global__ void __launch_bounds__(MOST_THREADS, 1) jg_gated_matvec_##name(                               \
            const uint8_t* __restrict__ g, const uint8_t* __restrict__ u, const uint32_t* __restrict__ quants,       \
            const Q16Head* __restrict__ heads, float* __restrict__ y, uint32_t* __restrict__ yQuants,                \
            Q16Head* __restrict__ yHeads, int rows, int blocks, int split, int function) {                           \
        gated<W>(g, u, quants, heads, y, yQuants, yHeads, rows, blocks, split, function);                            \
    }

GATED(q4_0, Q4_0Packed)
GATED(q8_0, Q8_0Packed)
GATED(q4_k, Q4_KPacked)
GATED(q6_k, Q6_KPacked)
