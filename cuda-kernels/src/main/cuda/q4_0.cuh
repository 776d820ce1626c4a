// Q4_0 weights, repacked:
//   nibbles[row][block]         16 bytes: low nibbles are elements 0..15 of the block, high ones 16..31
//   scales[group][block][row of 8]   F16: one load brings the scales of 8 rows
#pragma once
#include "packed.cuh"

struct Q4_0Packed {
    static const int UNIT = 32, OFFSET = 8;
    static const bool HALVES = false, LEAST = false;
    struct Common {
        uint4 scales;
    };
    struct Row {
        uint4 nibbles;
    };
    const uint4 *nibbles, *scales;
    int units;

    __device__ __forceinline__ Q4_0Packed(const uint8_t* w, int rows, int columns) {
        units = columns / UNIT;
        nibbles = reinterpret_cast<const uint4*>(w);
        scales = nibbles + paddedRows(rows) * units;
    }
    __device__ __forceinline__ Common common(int group, int unit) const { return {scales[(size_t)group * units + unit]}; }
    __device__ __forceinline__ Row row(int row, int unit) const { return {nibbles[(size_t)row * units + unit]}; }
    static __device__ __forceinline__ void block(const Common& c, const Row& w, int r, int, CodeBlock& out) {
        nibbleCodes(w.nibbles, out.codes);
        out.scale[0] = out.scale[1] = halfOf(c.scales, r);
        out.least = 0;
    }
    __device__ __forceinline__ float element(int row, int i) const {
        const uint8_t* sixteen = reinterpret_cast<const uint8_t*>(nibbles + (size_t)row * units + i / UNIT);
        const uint8_t* eight = reinterpret_cast<const uint8_t*>(scales + (size_t)(row / GROUP_ROWS) * units + i / UNIT);
        return loadHalf(eight + row % GROUP_ROWS * 2) * (float)((sixteen[i % 16] >> i % UNIT / 16 * 4 & 15) - 8);
    }
};
