// Products of repacked weights with a few tokens' activations, by dp4a.
#pragma once
#include "layouts.cuh"

#define GROUPS 4         // of eight rows: the 32 outputs of a block
#define MOST_SPLIT 2     // warps that share a group
#define OUTPUTS (GROUPS * GROUP_ROWS)

/// sum_i codes_i q_i over words `from` to `from + words`, q = 256 high + low.
template <int words> static __device__ __forceinline__ int dot(const int* codes, const int* high, const int* low) {
    int h = 0, l = 0;
#pragma unroll
    for (int i = 0; i < words; i++) {
        h = __dp4a(codes[i], high[i], h);
        l = __dp4a(codes[i], low[i], l);
    }
    return h * 256 + l;
}

/// sums[t][r] += w[row r of the group] . x[token t], over the units that this lane takes: every (32 split)th one.
template <class W, int TOKENS> static __device__ __forceinline__ void dots(
        const W& w, const Q16Rows& x, int token, int count, int group, int first, int step, float (&sums)[TOKENS][GROUP_ROWS]) {
    const uint4* quants = reinterpret_cast<const uint4*>(x.quants) + (size_t)token * x.blocks * PARTS;
    const Q16Head* heads = x.heads + (size_t)token * x.blocks;
    for (int unit = first; unit < w.units; unit += step) {
        typename W::Common common = w.common(group, unit);
        typename W::Row rows[GROUP_ROWS];
#pragma unroll
        for (int r = 0; r < GROUP_ROWS; r++) rows[r] = w.row(group * GROUP_ROWS + r, unit);
#pragma unroll
        for (int n = 0; n < W::UNIT / BLOCK; n++) {
            int b = unit * (W::UNIT / BLOCK) + n;
#pragma unroll
            for (int t = 0; t < TOKENS; t++) {
                if (t >= count) break;
                const uint4* q = quants + (size_t)t * x.blocks * PARTS + b;
                uint4 parts[PARTS] = {q[0], q[x.blocks], q[2 * x.blocks], q[3 * x.blocks]};
                const int *high = reinterpret_cast<const int*>(parts), *low = high + 8;
                Q16Head head = heads[(size_t)t * x.blocks + b];
#pragma unroll
                for (int r = 0; r < GROUP_ROWS; r++) {
                    CodeBlock block;
                    W::block(common, rows[r], r, n, block);
                    if (W::HALVES) {
                        float both = block.scale[0] * (float)dot<4>(block.codes, high, low);
                        both += block.scale[1] * (float)dot<4>(block.codes + 4, high + 4, low + 4);
                        sums[t][r] += head.scale * both;
                    } else {
                        int sum = dot<8>(block.codes, high, low) - W::OFFSET * head.sum;
                        float both = block.scale[0] * (float)sum;
                        if (W::LEAST) both -= block.least * (float)head.sum;
                        sums[t][r] += head.scale * both;
                    }
                }
            }
        }
    }
}

/// Sums of all lanes and of the `split` warps of a group; afterwards thread t OUTPUTS + o gets output o of token t.
template <int TOKENS> static __device__ __forceinline__ float gather(
        const float (&sums)[TOKENS][GROUP_ROWS], float (&partial)[MOST_SPLIT][TOKENS][OUTPUTS], int split) {
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    int part = warp % split, first = warp / split * GROUP_ROWS;
#pragma unroll
    for (int t = 0; t < TOKENS; t++) {
#pragma unroll
        for (int r = 0; r < GROUP_ROWS; r++) {
            float sum = warpSum(sums[t][r]);
            if (lane == r) partial[part][t][first + r] = sum;
        }
    }
    __syncthreads();
    int token = threadIdx.x / OUTPUTS, output = threadIdx.x % OUTPUTS;
    float sum = 0;
    if (token < TOKENS) {
        for (int p = 0; p < split; p++) sum += partial[p][token][output];
    }
    return sum;
}
