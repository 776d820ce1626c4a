// y[token][row] = sum_k w[row][k] x[token][k] for many tokens on tensor cores, w of a layout of layouts.cuh, x as in q16.cuh,
// in tiles. A product of a block of 32 is two of int8, 256 (codes . high) + codes . low, exact; scales follow in F32.
// Grid: (rows / 64 rounded up, tokens / 256 rounded up). Block: 8 warps of 32 rows and 64 tokens each. A stage is 128 elements:
// codes of 64 rows are decoded once into shared memory in the order in which lanes want them, activations come from global
// memory as they are wanted. So 512 tokens read weights twice. Shared memory: 8 KiB codes, at most 2.5 KiB scales, twice.
#include "layouts.cuh"
#include "mma.cuh"

#define WARPS 8
#define ROWS 64
#define TOKENS 256
#define STAGE 4          // blocks of 32
#define ROW_TILES 2      // of 16 rows, of a warp
#define TOKEN_TILES 8    // of 8 tokens, of a warp

/// Decoded weights of a stage. Codes are A operands: [tile of 16 rows][block][lane, neighbours exchanged so that neither
/// writing nor reading queues at a bank][rows g, g + 8 of elements 4 t..; the same of elements 16 + 4 t..].
/// Blocks are padded for writers that take neighbouring blocks of a row.
template <class W> struct Stage {
    static const int PAD = 8 / (W::UNIT / BLOCK);
    int4 codes[ROWS / 16][STAGE][33];
    float scales[STAGE][(W::HALVES ? 2 : 1) * ROWS + PAD];
    float least[STAGE][W::LEAST ? ROWS + PAD : 1];
};

static __device__ __forceinline__ int slot(int g, int t) {
    return g * 4 + (t ^ g / 2);
}

/// Decodes blocks `first` to `first + STAGE` of rows `row` on; what lies outside is zero.
template <class W> static __device__ __forceinline__ void decode(Stage<W>& s, const W& w, int row, int rows, int first) {
    const int BLOCKS = W::UNIT / BLOCK, UNITS = STAGE / BLOCKS;
    for (int i = threadIdx.x; i < ROWS / 2 * UNITS; i += 32 * WARPS) {
        // Neighbouring threads take neighbouring units of a row.
        int u = i % UNITS, g = i / UNITS % 8, tile = i / UNITS / 8, unit = first / BLOCKS + u;
        int r0 = row + tile * 16 + g, r1 = r0 + 8;
        CodeBlock a[BLOCKS] = {}, b[BLOCKS] = {};
        if (unit < w.units && r0 < rows) {
            typename W::Common c = w.common(r0 / GROUP_ROWS, unit);
            typename W::Row codes = w.row(r0, unit);
#pragma unroll
            for (int n = 0; n < BLOCKS; n++) W::block(c, codes, r0 % GROUP_ROWS, n, a[n]);
        }
        if (unit < w.units && r1 < rows) {
            typename W::Common c = w.common(r1 / GROUP_ROWS, unit);
            typename W::Row codes = w.row(r1, unit);
#pragma unroll
            for (int n = 0; n < BLOCKS; n++) W::block(c, codes, r1 % GROUP_ROWS, n, b[n]);
        }
#pragma unroll
        for (int n = 0; n < BLOCKS; n++) {
            int at = u * BLOCKS + n, r = tile * 16 + g;
#pragma unroll
            for (int t = 0; t < 4; t++) {
                s.codes[tile][at][slot(g, t)] = make_int4(a[n].codes[t], b[n].codes[t], a[n].codes[4 + t], b[n].codes[4 + t]);
            }
            s.scales[at][r] = a[n].scale[0];
            s.scales[at][r + 8] = b[n].scale[0];
            if (W::HALVES) {
                s.scales[at][ROWS + r] = a[n].scale[1];
                s.scales[at][ROWS + r + 8] = b[n].scale[1];
            }
            if (W::LEAST) {
                s.least[at][r] = a[n].least;
                s.least[at][r + 8] = b[n].least;
            }
        }
    }
}

/// One tile of 16 rows and 8 tokens, one block: sums += weights . activations. p: parts of the tokens' block.
template <class W> static __device__ __forceinline__ void multiply(
        float (&sums)[4], const int4& codes, const int4& p, const float (&scale)[2][2], const float (&least)[2],
        const int4& heads) {
    const float tokenScale[2] = {__int_as_float(heads.x), __int_as_float(heads.z)};
    const int tokenSum[2] = {heads.y, heads.w};
    if (W::HALVES) {
        int high0[4] = {}, low0[4] = {}, high1[4] = {}, low1[4] = {};
        mmaHalf(high0, codes.x, codes.y, p.x);
        mmaHalf(low0, codes.x, codes.y, p.z);
        mmaHalf(high1, codes.z, codes.w, p.y);
        mmaHalf(low1, codes.z, codes.w, p.w);
#pragma unroll
        for (int i = 0; i < 4; i++) {
            float both = scale[0][i / 2] * (float)(high0[i] * 256 + low0[i]);
            both += scale[1][i / 2] * (float)(high1[i] * 256 + low1[i]);
            sums[i] += tokenScale[i % 2] * both;
        }
    } else {
        int high[4] = {}, low[4] = {};
        mmaWhole(high, codes, p.x, p.y);
        mmaWhole(low, codes, p.z, p.w);
#pragma unroll
        for (int i = 0; i < 4; i++) {
            int sum = high[i] * 256 + low[i] - W::OFFSET * tokenSum[i % 2];
            float both = scale[0][i / 2] * (float)sum;
            if (W::LEAST) both -= least[i / 2] * (float)tokenSum[i % 2];
            sums[i] += tokenScale[i % 2] * both;
        }
    }
}

template <class W> static __device__ __forceinline__ void matmul(
        const uint8_t* weights, const int4* quants, const int4* heads, float* y, int rows, int blocks, int tokens) {
    __shared__ Stage<W> stages[2];
    W w(weights, rows, blocks * BLOCK);
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32, g = lane / 4, t = lane % 4;
    int row = blockIdx.x * ROWS, warpRow = warp % 2 * 16 * ROW_TILES;
    int token = blockIdx.y * TOKENS + warp / 2 * TILE_ROWS * TOKEN_TILES;
    int tiles = min(TOKEN_TILES, (tokens - token + TILE_ROWS - 1) / TILE_ROWS);
    quants += (size_t)(token / TILE_ROWS) * blocks * 32 + lane;
    heads += (size_t)(token / TILE_ROWS) * blocks * 4 + t;
    float sums[ROW_TILES][TOKEN_TILES][4] = {};
    decode(stages[0], w, row, rows, 0);
    for (int first = 0, n = 0; first < blocks; first += STAGE, n ^= 1) {
        __syncthreads();
        const Stage<W>& s = stages[n];
        if (first + STAGE < blocks) decode(stages[n ^ 1], w, row, rows, first + STAGE);
#pragma unroll 1
        for (int b = 0; b < STAGE && first + b < blocks; b++) {
            int4 codes[ROW_TILES];
            float scale[ROW_TILES][2][2], least[ROW_TILES][2];
#pragma unroll
            for (int r = 0; r < ROW_TILES; r++) {
                codes[r] = s.codes[warp % 2 * ROW_TILES + r][b][slot(g, t)];
#pragma unroll
                for (int half = 0; half < 2; half++) {
                    int at = warpRow + r * 16 + half * 8 + g;
                    scale[r][0][half] = s.scales[b][at];
                    scale[r][1][half] = W::HALVES ? s.scales[b][ROWS + at] : 0;
                    least[r][half] = W::LEAST ? s.least[b][at] : 0;
                }
            }
#pragma unroll
            for (int i = 0; i < TOKEN_TILES; i++) {
                if (i >= tiles) break;
                int4 parts = quants[((size_t)i * blocks + first + b) * 32];
                int4 head = heads[((size_t)i * blocks + first + b) * 4];
#pragma unroll
                for (int r = 0; r < ROW_TILES; r++) multiply<W>(sums[r][i], codes[r], parts, scale[r], least[r], head);
            }
        }
    }
#pragma unroll
    for (int i = 0; i < TOKEN_TILES; i++) {
#pragma unroll
        for (int r = 0; r < ROW_TILES; r++) {
#pragma unroll
            for (int k = 0; k < 4; k++) {
                int to = token + i * TILE_ROWS + 2 * t + k % 2, out = row + warpRow + r * 16 + k / 2 * 8 + g;
                if (to < tokens && out < rows) y[(size_t)to * rows + out] = sums[r][i][k];
            }
        }
    }
}

#define MATMUL(name, W)                                                                                              \
    extern "C" __global__ void __launch_bounds__(32 * WARPS, 1) jg_matmul_tiles_##name(                              \
            const uint8_t* __restrict__ w, const int4* __restrict__ quants, const int4* __restrict__ heads,          \
            float* __restrict__ y, int rows, int blocks, int tokens) {                                               \
        matmul<W>(w, quants, heads, y, rows, blocks, tokens);                                                        \
    }

MATMUL(q4_0, Q4_0Packed)
MATMUL(q8_0, Q8_0Packed)
MATMUL(q4_k, Q4_KPacked)
MATMUL(q6_k, Q6_KPacked)
