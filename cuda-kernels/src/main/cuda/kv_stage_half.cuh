// Tiles of K and V brought to shared memory as B operands of F16 products (mma.cuh), in two planes of words with two F16 each:
//   K  plane[token][DIM / 2 + 4]   channels 2 i and 2 i + 1 of the token
//   V  plane[token / 2][DIM + 8]   the channel of both tokens
// so that the lanes of a warp meet 32 banks. Plane 0 holds values rounded to F16; plane 1 what that leaves of them, as
// splitHalves says, and only where a tile is quantized: the others are F16 as they are, those of a pass in F32. Channels beyond
// `dim`, a multiple of 32 or of plain tiles of 4, and tokens outside `from` to `end` become zero and are not read.
#pragma once
#include "kv_stage.cuh"

template <int DIM> struct HalfTile {
    static const int KEY = DIM / 2 + 4, VALUE = DIM + 8, WORDS = TILE_TOKENS * KEY;  // = TILE_TOKENS / 2 * VALUE
};

/// Whether plane 1 is all zero, and not written.
static __device__ __forceinline__ bool isExact(const KvTile& tile) {
    return tile.type == F32_TYPE || tile.type == F16_TYPE;
}

/// A quantized tile of K is [dim][32]: a thread takes two channels of 16 tokens.
template <int DIM, int threads> static __device__ __forceinline__ void stageHalfKeys(
        uint32_t (&to)[2][HalfTile<DIM>::WORDS], const KvTile& tile, int dim) {
    for (int i = threadIdx.x; i < DIM; i += threads) {
        int pair = i % (DIM / 2), part = i / (DIM / 2), c = 2 * pair;
        uint32_t a[4] = {}, b[4] = {};
        float2 d = {}, mean = {};
        bool four = tile.type == Q4_0_TYPE;
        if (c < dim) {
            const uint4* values = reinterpret_cast<const uint4*>(tile.at + dim * 2);
            *reinterpret_cast<uint4*>(a) = values[four ? c : 2 * c + part];
            *reinterpret_cast<uint4*>(b) = values[four ? c + 1 : 2 * c + 2 + part];
            d = halves(*reinterpret_cast<const uint32_t*>(tile.at + c * 2));
            mean = halves(*reinterpret_cast<const uint32_t*>(tile.mean + c * 2));
        }
#pragma unroll
        for (int t = 0; t < TILE_TOKENS / 2; t++) {
            uint32_t x = a[t / 4] >> t % 4 * 8, y = b[t / 4] >> t % 4 * 8;
            int m = four ? (int)(x >> 4 * part & 15) - 8 : (int)(int8_t)x;
            int n = four ? (int)(y >> 4 * part & 15) - 8 : (int)(int8_t)y;
            int at = (part * (TILE_TOKENS / 2) + t) * HalfTile<DIM>::KEY + pair;
            splitHalves(d.x * (float)m + mean.x, d.y * (float)n + mean.y, to[0][at], to[1][at]);
        }
    }
}

template <int DIM, int threads> static __device__ __forceinline__ void stageHalfK(
        uint32_t (&to)[2][HalfTile<DIM>::WORDS], const KvTile& tile, int dim, int from, int end) {
    if (tile.mean) return stageHalfKeys<DIM, threads>(to, tile, dim);
    for (int i = threadIdx.x; i < TILE_TOKENS * (DIM / 4); i += threads) {
        int t = i / (DIM / 4), c = i % (DIM / 4) * 4;
        float4 x = make_float4(0, 0, 0, 0);
        if (c < dim && t >= from && t < end) {
            x = plainFour(tile.at + t * tile.stride + c * (tile.type == F32_TYPE ? 4 : 2), tile.type);
        }
        uint2 words = make_uint2(packHalves(x.x, x.y), packHalves(x.z, x.w));
        *reinterpret_cast<uint2*>(to[0] + t * HalfTile<DIM>::KEY + c / 2) = words;
    }
}

/// Four neighbouring channels of token t of any tile of V.
static __device__ __forceinline__ float4 valueFour(const KvTile& tile, int dim, int t, int c) {
    if (isExact(tile)) return plainFour(tile.at + t * tile.stride + c * (tile.type == F32_TYPE ? 4 : 2), tile.type);
    int block = (t * dim + c) / 32, in = c % 32;
    float d = loadHalf(tile.at + block * 2);
    if (tile.type == Q4_0_TYPE) {
        uint32_t n = reinterpret_cast<const uint32_t*>(tile.at + dim * 2)[block * 4 + in % 16 / 4] >> in / 16 * 4 & 0x0f0f0f0f;
        return make_float4(d * (float)((int)(n & 15) - 8), d * (float)((int)(n >> 8 & 15) - 8),
                d * (float)((int)(n >> 16 & 15) - 8), d * (float)((int)(n >> 24) - 8));
    }
    uint32_t n = reinterpret_cast<const uint32_t*>(tile.at + dim * 2)[block * 8 + in / 4];
    return make_float4(d * (float)(int8_t)n, d * (float)(int8_t)(n >> 8), d * (float)(int8_t)(n >> 16),
            d * (float)(int8_t)(n >> 24));
}

template <int DIM, int threads> static __device__ __forceinline__ void stageHalfV(
        uint32_t (&to)[2][HalfTile<DIM>::WORDS], const KvTile& tile, int dim, int from, int end) {
    bool exact = isExact(tile);
    for (int i = threadIdx.x; i < TILE_TOKENS / 2 * (DIM / 4); i += threads) {
        int t = i / (DIM / 4) * 2, c = i % (DIM / 4) * 4;
        float4 x = make_float4(0, 0, 0, 0), y = x;
        if (c < dim && (!exact || (t >= from && t < end))) x = valueFour(tile, dim, t, c);
        if (c < dim && (!exact || (t + 1 >= from && t + 1 < end))) y = valueFour(tile, dim, t + 1, c);
        uint4 high, low;
        splitHalves(x.x, y.x, high.x, low.x);
        splitHalves(x.y, y.y, high.y, low.y);
        splitHalves(x.z, y.z, high.z, low.z);
        splitHalves(x.w, y.w, high.w, low.w);
        int at = t / 2 * HalfTile<DIM>::VALUE + c;
        *reinterpret_cast<uint4*>(to[0] + at) = high;
        if (!exact) *reinterpret_cast<uint4*>(to[1] + at) = low;
    }
}
