// Attention of many rows on tensor cores (Dao, 2023, FlashAttention-2): 64 pairs of a row and one of the query heads that share
// a K/V head meet a tile of 32 tokens at a time, with a running soft-max; tiles that none of them sees are skipped.
//   y = sum_t softmax(s)_t v_t, s_t = scale q . k_t
// q, k, v, y, table and layer as in attend.cu, whose result this keeps: operands are F16 in two planes, x = high + low / 2048
// (half.cuh), sums F32. q is divided by a power of two before, so that F16 can hold it; K and V must be F16 or quantized, those
// of the pass rounded to F16. Dimensions are multiples of 32, or of 8 where nothing is quantized,
// and at most DIM: 64, 80 (heads of 72 of vision towers), 128 or 256.
// Grid: (rows times query heads of a K/V head / 64 rounded up, K/V heads). Block: 4 SPLIT warps; SPLIT warps share 16 pairs and
// take DIM / SPLIT channels each, of K and of V, because a thread has no registers for more than 128 of them. Shared memory: a
// tile in two planes, 9 KiB (64), 11 KiB (80), 17 KiB (128) or 33 KiB (256), in which partial scores are exchanged.
#include "kv_stage_half.cuh"
#include "mma.cuh"
#include "warp.cuh"

#define PAIRS 64
#define WARP_PAIRS 16
#define COLUMNS (TILE_TOKENS / 8)  // of eight tokens, of a tile

/// What a lane knows of its pairs g and g + 8 of the warp.
struct Pairs {
    int row[2], head[2], from[2], to[2];

    __device__ __forceinline__ Pairs(const KvSpan& span, const Word* table, int first, int kvHead, int shared) {
#pragma unroll
        for (int i = 0; i < 2; i++) {
            int pair = first + threadIdx.x % 32 / 4 + 8 * i;
            row[i] = pair / shared;
            head[i] = kvHead * shared + pair % shared;
            bool here = row[i] < span.rows;
            from[i] = here ? firstSeen(span, row[i]) : INT32_MAX;
            to[i] = here ? endSeen(span, table, row[i]) : 0;
        }
    }
};

/// Queries of a warp's pairs and channels as A operands, each row divided by a power of two.
template <int OWN> struct Queries {
    uint32_t high[OWN / 16][4], low[OWN / 16][4];
    float factor[2];  // what scores are to be multiplied with

    __device__ __forceinline__ Queries(
            const float* q, const Pairs& pairs, int firstChannel, int dim, int queryHeads, float scale) {
        float2 x[OWN / 16][4];
        float most[2] = {0, 0};
#pragma unroll
        for (int k = 0; k < OWN / 16; k++) {
#pragma unroll
            for (int i = 0; i < 4; i++) {
                int pair = i % 2, c = firstChannel + 16 * k + 2 * (threadIdx.x % 4) + i / 2 * 8;
                const float* from = q + ((size_t)pairs.row[pair] * queryHeads + pairs.head[pair]) * dim + c;
                x[k][i] = c < dim && pairs.to[pair] ? *reinterpret_cast<const float2*>(from) : make_float2(0, 0);
                most[pair] = fmaxf(most[pair], fmaxf(fabsf(x[k][i].x), fabsf(x[k][i].y)));
            }
        }
        float inverse[2];
#pragma unroll
        for (int pair = 0; pair < 2; pair++) {
            float unit = __uint_as_float(__float_as_uint(warpMax<4>(most[pair])) & 0x7f800000u);
            if (unit == 0) unit = 1;
            inverse[pair] = 1 / unit;
            factor[pair] = unit * scale;
        }
#pragma unroll
        for (int k = 0; k < OWN / 16; k++) {
#pragma unroll
            for (int i = 0; i < 4; i++) {
                splitHalves(x[k][i].x * inverse[i % 2], x[k][i].y * inverse[i % 2], high[k][i], low[k][i]);
            }
        }
    }
};

/// Scores of a tile over the warp's channels: s[j] has tokens 8 j + 2 t and the next, t = lane % 4, of both pairs.
template <int DIM, int OWN> static __device__ __forceinline__ void score(
        float (&s)[COLUMNS][4], const Queries<OWN>& q, const uint32_t (&tile)[2][HalfTile<DIM>::WORDS], int firstChannel,
        bool exact) {
#pragma unroll
    for (int j = 0; j < COLUMNS; j++) {
        int at = (8 * j + threadIdx.x % 32 / 4) * HalfTile<DIM>::KEY + firstChannel / 2 + threadIdx.x % 4;
        float high[4] = {}, low[4] = {};
#pragma unroll
        for (int k = 0; k < OWN / 16; k++) {
            uint32_t b0 = tile[0][at + 8 * k], b1 = tile[0][at + 8 * k + 4];
            mmaFloat(high, q.high[k], b0, b1);
            mmaFloat(low, q.low[k], b0, b1);
            if (!exact) mmaFloat(low, q.high[k], tile[1][at + 8 * k], tile[1][at + 8 * k + 4]);
        }
#pragma unroll
        for (int i = 0; i < 4; i++) s[j][i] = fmaf(low[i], 1 / LOW_UNITS, high[i]) * q.factor[i / 2];
    }
}

/// Adds the scores of the other warp with the same pairs. The tile is used up.
template <int DIM> static __device__ __forceinline__ void addOther(float (&s)[COLUMNS][4], uint32_t (&tile)[2][HalfTile<DIM>::WORDS]) {
    float4* scores = reinterpret_cast<float4*>(tile[0]);
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    __syncthreads();
#pragma unroll
    for (int j = 0; j < COLUMNS; j++) scores[(warp * COLUMNS + j) * 32 + lane] = make_float4(s[j][0], s[j][1], s[j][2], s[j][3]);
    __syncthreads();
#pragma unroll
    for (int j = 0; j < COLUMNS; j++) {
        float4 other = scores[((warp ^ 1) * COLUMNS + j) * 32 + lane];
        s[j][0] += other.x, s[j][1] += other.y, s[j][2] += other.z, s[j][3] += other.w;
    }
}

/// The running soft-max of the lane's two pairs.
struct SoftMax {
    float most[2] = {-INFINITY, -INFINITY}, sum[2] = {0, 0}, shrink[2];

    /// Turns scores of tokens `start` to `end` into weights; `shrink` is what earlier weights are to be multiplied with.
    __device__ __forceinline__ void weigh(float (&s)[COLUMNS][4], const Pairs& pairs, int start, int end) {
#pragma unroll
        for (int pair = 0; pair < 2; pair++) {
            float larger = most[pair];
            int to = min(pairs.to[pair], end);
#pragma unroll
            for (int i = 0; i < 2 * COLUMNS; i++) {
                int token = start + i / 2 * 8 + threadIdx.x % 4 * 2 + i % 2;
                float& x = s[i / 2][2 * pair + i % 2];
                if (token < pairs.from[pair] || token >= to) x = -INFINITY;
                larger = fmaxf(larger, x);
            }
            larger = warpMax<4>(larger);
            float base = larger == -INFINITY ? 0 : larger, total = 0;
            shrink[pair] = expf(most[pair] - base);
            most[pair] = larger;
#pragma unroll
            for (int i = 0; i < 2 * COLUMNS; i++) {
                float& x = s[i / 2][2 * pair + i % 2];
                x = expf(x - base);
                total += x;
            }
            sum[pair] = sum[pair] * shrink[pair] + total;
        }
    }
};

/// out = shrink out + weights . V over the warp's channels: out[n] has channels 8 n + 2 t and the next of both pairs.
template <int DIM, int OWN> static __device__ __forceinline__ void add(
        float (&out)[OWN / 8][4], const float (&weights)[COLUMNS][4], const float (&shrink)[2],
        const uint32_t (&tile)[2][HalfTile<DIM>::WORDS], int firstChannel, bool exact) {
    // What a lane holds of scores is what it has to hold of A.
    uint32_t high[COLUMNS / 2][4], low[COLUMNS / 2][4];
#pragma unroll
    for (int i = 0; i < 2 * COLUMNS; i++) {
        const float* two = weights[i / 2] + i % 2 * 2;
        splitHalves(two[0], two[1], high[i / 4][i % 4], low[i / 4][i % 4]);
    }
#pragma unroll
    for (int n = 0; n < OWN / 8; n++) {
        int at = threadIdx.x % 4 * HalfTile<DIM>::VALUE + firstChannel + 8 * n + threadIdx.x % 32 / 4;
        float main[4] = {}, rest[4] = {};
#pragma unroll
        for (int k = 0; k < COLUMNS / 2; k++) {
            int b0 = at + 8 * k * HalfTile<DIM>::VALUE, b1 = b0 + 4 * HalfTile<DIM>::VALUE;
            mmaFloat(main, high[k], tile[0][b0], tile[0][b1]);
            mmaFloat(rest, low[k], tile[0][b0], tile[0][b1]);
            if (!exact) mmaFloat(rest, high[k], tile[1][b0], tile[1][b1]);
        }
#pragma unroll
        for (int i = 0; i < 4; i++) out[n][i] = fmaf(out[n][i], shrink[i / 2], fmaf(rest[i], 1 / LOW_UNITS, main[i]));
    }
}

template <int OWN> static __device__ __forceinline__ void write(
        float* y, const float (&out)[OWN / 8][4], const SoftMax& softMax, const Pairs& pairs, int firstChannel, int dim,
        int queryHeads) {
#pragma unroll
    for (int pair = 0; pair < 2; pair++) {
        float total = warpSum<4>(softMax.sum[pair]);
        if (pairs.to[pair] == 0) continue;
        float* row = y + ((size_t)pairs.row[pair] * queryHeads + pairs.head[pair]) * dim;
#pragma unroll
        for (int n = 0; n < OWN / 8; n++) {
            int c = firstChannel + 8 * n + threadIdx.x % 4 * 2;
            float2 two = make_float2(out[n][2 * pair] / total, out[n][2 * pair + 1] / total);
            if (c < dim) *reinterpret_cast<float2*>(row + c) = two;
        }
    }
}

template <int DIM, int SPLIT> static __device__ __forceinline__ void attend(
        float* y, const float* q, const float* k, const float* v, const Word* table, int layer, float scale, int queryHeads) {
    const int OWN = DIM / SPLIT, THREADS = 2 * PAIRS * SPLIT;
    __shared__ __align__(16) uint32_t tile[2][HalfTile<DIM>::WORDS];
    __shared__ int ends[THREADS / 32];
    const KvSpan& span = *reinterpret_cast<const KvSpan*>(table);
    int keyDim = (int)span.keys.dim, valueDim = (int)span.values.dim, shared = queryHeads / (int)span.heads;
    int warp = threadIdx.x / 32, channel = warp % SPLIT * OWN, first = blockIdx.x * PAIRS;
    KvHead head = {table, layer, (int)blockIdx.y};
    Pairs pairs(span, table, first + warp / SPLIT * WARP_PAIRS, blockIdx.y, shared);
    Queries<OWN> queries(q, pairs, channel, keyDim, queryHeads, scale);
    // What any pair of the warp and of the block sees; the first pair of each begins first.
    int warpFrom = -warpMax(-min(pairs.from[0], pairs.from[1])), warpTo = warpMax(max(pairs.to[0], pairs.to[1]));
    if (threadIdx.x % 32 == 0) ends[warp] = warpTo;
    __syncthreads();
    int to = 0;
    for (int w = 0; w < THREADS / 32; w++) to = max(to, ends[w]);
    KvTiles tiles(span, firstSeen(span, first / shared), to);

    SoftMax softMax;
    float out[OWN / 8][4] = {};
    for (int n = tiles.first; n < tiles.end; n++) {
        int start = tiles.start(n), from = tiles.fromIn(n), end = tiles.endIn(n);
        KvTile keys = tiles.at(n, head, span.keys, k), values = tiles.at(n, head, span.values, v);
        bool sees = start + from < warpTo && start + end > warpFrom;
        float s[COLUMNS][4];
        __syncthreads();  // the values before are used
        stageHalfK<DIM, THREADS>(tile, keys, keyDim, from, end);
        __syncthreads();
        if (sees) score<DIM, OWN>(s, queries, tile, channel, isExact(keys));
        if (SPLIT > 1) addOther<DIM>(s, tile);
        __syncthreads();
        stageHalfV<DIM, THREADS>(tile, values, valueDim, from, end);
        if (sees) softMax.weigh(s, pairs, start, start + end);
        __syncthreads();
        if (sees) add<DIM, OWN>(out, s, softMax.shrink, tile, channel, isExact(values));
    }
    write<OWN>(y, out, softMax, pairs, channel, valueDim, queryHeads);
}

#define ATTEND(DIM, SPLIT, BLOCKS)                                                                                   \
    extern "C" __global__ void __launch_bounds__(2 * PAIRS * SPLIT, BLOCKS) jg_attend_tiles_##DIM(                   \
            float* __restrict__ y, const float* __restrict__ q, const float* __restrict__ k,                         \
            const float* __restrict__ v, const Word* __restrict__ table, int layer, float scale, int queryHeads) {   \
        attend<DIM, SPLIT>(y, q, k, v, table, layer, scale, queryHeads);                                             \
    }

ATTEND(64, 1, 2)
ATTEND(80, 1, 2)
ATTEND(128, 1, 2)
ATTEND(256, 2, 1)
