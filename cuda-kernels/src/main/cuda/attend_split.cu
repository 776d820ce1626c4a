// Attention of a few rows, split along the context (Dao et al., 2023, Flash-Decoding): each block takes a part of the tiles
// that a row sees, and leaves the soft-max state of that part; jg_attend_join joins the parts.
//   out[row][head][split][value dim] = sum_t e^(s_t - m) v_t, state[row][head][split] = {m, sum_t e^(s_t - m)}, m = max_t s_t
// q, k, v, table and layer as in attend.cu; scores s_t = scale q . k_t. Dimensions are multiples of 32, at most 256.
// Grid: (splits, K/V heads times groups of HEADS query heads that share one, rows). Block: 4 warps. A tile comes to shared
// memory once, for all query heads of its K/V head: a lane scores one token, the warps share the channels; then a thread
// takes one or two channels of V. Shared memory: a tile, F32, the queries (dynamic); scores, 640 bytes a head.
#include "kv_stage.cuh"
#include "warp.cuh"

#define WARPS 4
#define THREADS (32 * WARPS)
#define CHANNELS 2  // of V, of a thread, at most

template <int HEADS> static __device__ __forceinline__ void attend(
        float* out, float2* state, const float* q, const float* k, const float* v, const Word* table, int layer, float scale,
        int queryHeads) {
    extern __shared__ float dynamic[];
    __shared__ float partial[WARPS][HEADS][TILE_TOKENS], weights[HEADS][TILE_TOKENS], shrinks[HEADS];
    const KvSpan& span = *reinterpret_cast<const KvSpan*>(table);
    int keyDim = (int)span.keys.dim, valueDim = (int)span.values.dim, shared = queryHeads / (int)span.heads;
    int parts = (shared + HEADS - 1) / HEADS, kvHead = blockIdx.y / parts;
    int head = kvHead * shared + blockIdx.y % parts * HEADS, heads = min(HEADS, kvHead * shared + shared - head);
    KvHead at = {table, layer, kvHead};
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32, row = blockIdx.z;
    float *tile = dynamic, *query = dynamic + TILE_TOKENS * (max(keyDim, valueDim) + PAD);
    q += ((size_t)row * queryHeads + head) * keyDim;
    for (int i = threadIdx.x; i < HEADS * keyDim; i += THREADS) query[i] = i < heads * keyDim ? q[i] * scale : 0;

    KvTiles tiles(span, firstSeen(span, row), endSeen(span, table, row));
    int each = (tiles.end - tiles.first + gridDim.x - 1) / gridDim.x, begin = tiles.first + blockIdx.x * each;
    // A warp keeps the soft-max of every fourth head.
    const int OWN = (HEADS + WARPS - 1) / WARPS;
    float most[OWN], sum[OWN], sums[CHANNELS][HEADS] = {};
#pragma unroll
    for (int i = 0; i < OWN; i++) most[i] = -INFINITY, sum[i] = 0;
    for (int n = begin; n < min(begin + each, tiles.end); n++) {
        int from = tiles.fromIn(n), end = tiles.endIn(n);
        KvTile keys = tiles.at(n, at, span.keys, k), values = tiles.at(n, at, span.values, v);
        __syncthreads();  // the queries are there, the values before are used
        stageK<THREADS>(tile, keys, keyDim, from, end);
        __syncthreads();
        float scores[HEADS] = {};
        for (int c = warp * 4; c < keyDim; c += 4 * WARPS) {
            float4 a = *reinterpret_cast<const float4*>(tile + lane * (keyDim + PAD) + c);
#pragma unroll
            for (int h = 0; h < HEADS; h++) {
                float4 b = *reinterpret_cast<const float4*>(query + h * keyDim + c);
                scores[h] = fmaf(a.x, b.x, fmaf(a.y, b.y, fmaf(a.z, b.z, fmaf(a.w, b.w, scores[h]))));
            }
        }
#pragma unroll
        for (int h = 0; h < HEADS; h++) partial[warp][h][lane] = scores[h];
        __syncthreads();
        stageV<THREADS>(tile, values, valueDim, from, end);
        bool seen = lane >= from && lane < end;
#pragma unroll
        for (int i = 0; i < OWN; i++) {
            int h = warp + i * WARPS;
            if (h >= HEADS) break;
            float score = partial[0][h][lane] + partial[1][h][lane] + partial[2][h][lane] + partial[3][h][lane];
            if (!seen) score = -INFINITY;
            float larger = fmaxf(most[i], warpMax(score));
            float shrink = expf(most[i] - larger), weight = seen ? expf(score - larger) : 0;
            most[i] = larger;
            sum[i] = sum[i] * shrink + warpSum(weight);
            weights[h][lane] = weight;
            if (lane == 0) shrinks[h] = shrink;
        }
        __syncthreads();
#pragma unroll
        for (int i = 0; i < CHANNELS; i++) {
            int c = threadIdx.x + i * THREADS;
            if (c >= valueDim) break;
#pragma unroll
            for (int h = 0; h < HEADS; h++) sums[i][h] *= shrinks[h];
#pragma unroll 8
            for (int t = 0; t < TILE_TOKENS; t++) {
                float value = tile[t * (valueDim + PAD) + c];
#pragma unroll
                for (int h = 0; h < HEADS; h++) sums[i][h] = fmaf(weights[h][t], value, sums[i][h]);
            }
        }
    }
#pragma unroll
    for (int h = 0; h < HEADS; h++) {
        if (h >= heads) break;
        size_t part = ((size_t)row * queryHeads + head + h) * gridDim.x + blockIdx.x;
        if (h % WARPS == warp && lane == 0) state[part] = make_float2(most[h / WARPS], sum[h / WARPS]);
#pragma unroll
        for (int i = 0; i < CHANNELS; i++) {
            int c = threadIdx.x + i * THREADS;
            if (c < valueDim) out[part * valueDim + c] = sums[i][h];
        }
    }
}

#define ATTEND(HEADS)                                                                                                \
    extern "C" __global__ void __launch_bounds__(THREADS, 1) jg_attend_split_##HEADS(                                  \
            float* __restrict__ out, float2* __restrict__ state, const float* __restrict__ q,                        \
            const float* __restrict__ k, const float* __restrict__ v, const Word* __restrict__ table, int layer,     \
            float scale, int queryHeads) {                                                                           \
        attend<HEADS>(out, state, q, k, v, table, layer, scale, queryHeads);                                         \
    }

ATTEND(1)
ATTEND(4)
ATTEND(8)
