// Activations in 16 bits, as integer products take them. 8 bits would do for speed alone, but cost digits that the processor's
// kernels keep; a decode step waits for weights anyway.
//   q = round(x / scale) = 256 high + low, both int8; scale = max |x| of 32 values / 32639, so that high stays below 128
//   a head holds for each block of 32 its scale and the integer sum of its q
// A weight d (w - 8) then gives with activations x sum_i d (w_i - 8) x_i = d scale (sum_i w_i q_i - 8 sum_i q_i), where the
// integers are exact.
// They lie in one of two orders, both in words of four bytes:
//   rows   quants[token][part][block][4 words]: parts 0 and 1 are the high bytes of elements 0..15 and 16..31 of the block, 2
//          and 3 the low ones, so that neighbouring lanes read neighbouring 16 bytes; heads[token][block]
//   tiles  quants[token / 8][block][lane][part]: what a lane of a warp holds of eight tokens as the B operand of an mma, lane =
//          4 (token % 8) + word; heads[token / 8][block][token % 8]. Tokens are filled up to a multiple of eight with anything
#pragma once
#include "warp.cuh"

#define BLOCK 32
#define PARTS 4
#define TILE_ROWS 8

struct __align__(8) Q16Head {
    float scale;
    int sum;
};

/// Where quantized activations lie.
struct Q16Rows {
    uint32_t* quants;
    Q16Head* heads;
    int blocks, tiles;  // tiles: whether they lie in tiles

    __device__ __forceinline__ Q16Head& head(int token, int block) const {
        size_t at = tiles ? ((size_t)(token / TILE_ROWS) * blocks + block) * TILE_ROWS + token % TILE_ROWS
                          : (size_t)token * blocks + block;
        return heads[at];
    }

    /// The word of a part of a block.
    __device__ __forceinline__ uint32_t& word(int token, int block, int part, int word) const {
        size_t at = tiles ? (((size_t)(token / TILE_ROWS) * blocks + block) * 32 + token % TILE_ROWS * 4 + word) * PARTS + part
                          : (((size_t)token * PARTS + part) * blocks + block) * 4 + word;
        return quants[at];
    }
};

/// 32639 / largest, or 0 for a block of nothing.
static __device__ __forceinline__ float q16Inverse(float largest) {
    return largest < 1e-30f ? 0 : __fdiv_rn(32639, largest);
}

static __device__ __forceinline__ float q16Scale(float largest) {
    return largest < 1e-30f ? 0 : __fdiv_rn(largest, 32639);
}

static __device__ __forceinline__ int q16High(int q) {
    return q + 128 >> 8;
}

static __device__ __forceinline__ uint32_t packBytes(int a, int b, int c, int d) {
    return (a & 255) | (b & 255) << 8 | (c & 255) << 16 | (uint32_t)d << 24;
}

/// Quantizes a block whose 32 values eight neighbouring lanes hold, four each, `eighth` of 0..7; all lanes of the warp come,
/// and those with `here` write.
static __device__ __forceinline__ void q16Store(const Q16Rows& to, int token, int block, int eighth, float4 v, bool here) {
    float largest = fmaxf(fmaxf(fabsf(v.x), fabsf(v.y)), fmaxf(fabsf(v.z), fabsf(v.w)));
    largest = warpMax<8>(largest);
    float inverse = q16Inverse(largest);
    int a = __float2int_rn(v.x * inverse), b = __float2int_rn(v.y * inverse);
    int c = __float2int_rn(v.z * inverse), d = __float2int_rn(v.w * inverse);
    int sum = warpSum<8>(a + b + c + d);
    if (!here) return;
    to.word(token, block, eighth / 4, eighth % 4) = packBytes(q16High(a), q16High(b), q16High(c), q16High(d));
    to.word(token, block, 2 + eighth / 4, eighth % 4) = packBytes(a, b, c, d);
    if (eighth == 0) to.head(token, block) = {q16Scale(largest), sum};
}

/// Quantizes a block of which every lane of the warp holds one value.
static __device__ __forceinline__ void q16StoreWarp(const Q16Rows& to, int token, int block, float v) {
    int lane = threadIdx.x % 32;
    float largest = warpMax(fabsf(v));
    int q = __float2int_rn(v * q16Inverse(largest));
    int sum = warpSum(q);
    uint32_t high = (uint32_t)(q16High(q) & 255) << lane % 4 * 8, low = (uint32_t)(q & 255) << lane % 4 * 8;
    high |= __shfl_xor_sync(ALL_LANES, high, 1);
    high |= __shfl_xor_sync(ALL_LANES, high, 2);
    low |= __shfl_xor_sync(ALL_LANES, low, 1);
    low |= __shfl_xor_sync(ALL_LANES, low, 2);
    if (lane % 4 == 0) {
        to.word(token, block, lane / 16, lane / 4 % 4) = high;
        to.word(token, block, 2 + lane / 16, lane / 4 % 4) = low;
    }
    if (lane == 0) to.head(token, block) = {q16Scale(largest), sum};
}
