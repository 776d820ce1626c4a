// Q4_K weights, repacked:
//   nibbles[row][block]   16 bytes: low nibbles are elements 0..15 of the block of 32, high ones 16..31
//   heads[row][block / 8] 16 bytes as in the file: F16 d and dmin, then scale and minimum of eight blocks in 6 bits each.
//                         The eight lanes that share one read it at once
// w = d scale q - dmin least.
#pragma once
#include "packed.cuh"
#include "weights.cuh"

struct Q4_KPacked {
    static const int UNIT = 32, OFFSET = 0;
    static const bool HALVES = false, LEAST = true;
    struct Common {
        int eighth;
    };
    struct Row {
        uint4 nibbles, head;
    };
    const uint4 *nibbles, *heads;
    int units;

    __device__ __forceinline__ Q4_KPacked(const uint8_t* w, int rows, int columns) {
        units = columns / UNIT;
        nibbles = reinterpret_cast<const uint4*>(w);
        heads = nibbles + paddedRows(rows) * units;
    }
    __device__ __forceinline__ Common common(int, int unit) const { return {unit % 8}; }
    __device__ __forceinline__ Row row(int row, int unit) const {
        return {nibbles[(size_t)row * units + unit], heads[(size_t)row * (units / 8) + unit / 8]};
    }
    static __device__ __forceinline__ void block(const Common& c, const Row& w, int, int, CodeBlock& out) {
        nibbleCodes(w.nibbles, out.codes);
        // Words y, z, w hold the twelve bytes: scales of blocks 0..3, minima of these, then four bits of those of 4..7.
        int shift = c.eighth % 4 * 8;
        uint32_t first = w.head.y >> shift, second = w.head.z >> shift, third = w.head.w >> shift;
        bool early = c.eighth < 4;
        uint32_t scale = early ? first & 63 : (third & 15) | (first >> 6 & 3) << 4;
        uint32_t least = early ? second & 63 : (third >> 4 & 15) | (second >> 6 & 3) << 4;
        out.scale[0] = out.scale[1] = __fmul_rn(halfOf(w.head, 0), (float)scale);
        out.least = __fmul_rn(halfOf(w.head, 1), (float)least);
    }
    __device__ __forceinline__ float element(int row, int i) const {
        const uint8_t* sixteen = reinterpret_cast<const uint8_t*>(nibbles + (size_t)row * units + i / UNIT);
        const uint8_t* head = reinterpret_cast<const uint8_t*>(heads + (size_t)row * (units / 8) + i / 256);
        return sixBits(head, head + 4, i / UNIT % 8, sixteen[i % 16] >> i % UNIT / 16 * 4 & 15);
    }
};
