// Tiles of K and V of any type brought to shared memory as F32 [32 tokens][dim + PAD]: rows of dim + 4 words lie in other banks
// than their neighbours, so that lanes that take a token each do not queue. dim is a multiple of 32. Tokens outside
// `from` to `to` are not read and become zero.
#pragma once
#include "kv.cuh"

#define PAD 4

/// Stores four words of shared memory at once, which a compiler that merges branches may not do of itself.
static __device__ __forceinline__ void storeFour(float* to, float4 v) {
    asm volatile("st.shared.v4.f32 [%0], {%1, %2, %3, %4};" ::"l"(__cvta_generic_to_shared(to)), "f"(v.x), "f"(v.y), "f"(v.z),
                 "f"(v.w)
                 : "memory");
}

/// Four neighbouring values of a plain vector.
static __device__ __forceinline__ float4 plainFour(const uint8_t* at, int type) {
    if (type == F32_TYPE) return *reinterpret_cast<const float4*>(at);
    uint2 words = *reinterpret_cast<const uint2*>(at);
    if (type == F16_TYPE) {
        float2 a = halves(words.x), b = halves(words.y);
        return make_float4(a.x, a.y, b.x, b.y);
    }
    return make_float4(__uint_as_float(words.x << 16), __uint_as_float(words.x & 0xffff0000u), __uint_as_float(words.y << 16),
            __uint_as_float(words.y & 0xffff0000u));
}

template <int threads> static __device__ __forceinline__ void stagePlain(
        float* to, const KvTile& tile, int dim, int from, int end) {
    int fours = dim / 4, bytes = tile.type == F32_TYPE ? 16 : 8;
    for (int i = threadIdx.x; i < TILE_TOKENS * fours; i += threads) {
        int t = i / fours, c = i % fours;
        float4 v = make_float4(0, 0, 0, 0);
        if (t >= from && t < end) v = plainFour(tile.at + t * tile.stride + c * bytes, tile.type);
        storeFour(to + t * (dim + PAD) + 4 * c, v);
    }
}

/// A quantized tile of K is [dim][32]: a thread takes 16 bytes, which are one channel of 32 tokens (Q4_0) or 16 (Q8_0).
template <int threads> static __device__ __forceinline__ void stageKeys(float* to, const KvTile& tile, int dim) {
    const uint4* values = reinterpret_cast<const uint4*>(tile.at + dim * 2);
    if (tile.type == Q4_0_TYPE) {
        for (int c = threadIdx.x; c < dim; c += threads) {
            uint4 v = values[c];
            const uint32_t words[4] = {v.x, v.y, v.z, v.w};
            float d = loadHalf(tile.at + c * 2), mean = loadHalf(tile.mean + c * 2);
#pragma unroll
            for (int t = 0; t < TILE_TOKENS; t++) {
                int n = words[t % 16 / 4] >> t % 4 * 8 + t / 16 * 4 & 15;
                to[t * (dim + PAD) + c] = d * (float)(n - 8) + mean;
            }
        }
        return;
    }
    for (int i = threadIdx.x; i < 2 * dim; i += threads) {
        int c = i / 2, half = i % 2;
        uint4 v = values[i];
        // Odd lanes go by fours of tokens in another order, in which they meet other banks than the even ones.
        const uint32_t words[4] = {half ? v.y : v.x, half ? v.x : v.y, half ? v.w : v.z, half ? v.z : v.w};
        float d = loadHalf(tile.at + c * 2), mean = loadHalf(tile.mean + c * 2);
#pragma unroll
        for (int k = 0; k < 16; k++) {
            int t = half * 16 + (k ^ half * 4);
            to[t * (dim + PAD) + c] = d * (float)(int8_t)(words[k / 4] >> k % 4 * 8) + mean;
        }
    }
}

/// A quantized tile of V is [32][dim]: a thread takes four bytes, which are four channels (Q8_0) or twice four (Q4_0).
template <int threads> static __device__ __forceinline__ void stageValues(float* to, const KvTile& tile, int dim) {
    const uint32_t* values = reinterpret_cast<const uint32_t*>(tile.at + dim * 2);
    int wordsOfBlock = tile.type == Q4_0_TYPE ? 4 : 8;
    for (int i = threadIdx.x; i < dim * wordsOfBlock; i += threads) {
        uint32_t word = values[i];
        int block = i / wordsOfBlock, w = i % wordsOfBlock, first = block * 32;
        float d = loadHalf(tile.at + block * 2);
        float* row = to + first / dim * (dim + PAD) + first % dim;
        if (tile.type == Q4_0_TYPE) {
            // Threads of odd blocks write the high nibbles first: other banks than their neighbours.
#pragma unroll
            for (int k = 0; k < 2; k++) {
                int high = k ^ block & 1;
                uint32_t n = word >> 4 * high & 0x0f0f0f0f;
                float4 v = make_float4(d * (float)((int)(n & 15) - 8), d * (float)((int)(n >> 8 & 15) - 8),
                        d * (float)((int)(n >> 16 & 15) - 8), d * (float)((int)(n >> 24) - 8));
                storeFour(row + 16 * high + 4 * w, v);
            }
        } else {
            storeFour(row + 4 * w, make_float4(d * (float)(int8_t)word, d * (float)(int8_t)(word >> 8),
                                           d * (float)(int8_t)(word >> 16), d * (float)(int8_t)(word >> 24)));
        }
    }
}

/// Tokens `from` to `end`, exclusive, of a tile of K.
template <int threads> static __device__ __forceinline__ void stageK(float* to, const KvTile& tile, int dim, int from, int end) {
    if (tile.mean) return stageKeys<threads>(to, tile, dim);
    stagePlain<threads>(to, tile, dim, from, end);
}

template <int threads> static __device__ __forceinline__ void stageV(float* to, const KvTile& tile, int dim, int from, int end) {
    if (tile.type == Q4_0_TYPE || tile.type == Q8_0_TYPE) return stageValues<threads>(to, tile, dim);
    stagePlain<threads>(to, tile, dim, from, end);
}
