// Q8_0 weights, repacked:
//   low[row][block], high[row][block]   16 signed bytes: elements 0..15 and 16..31 of the block
//   scales[group][block][row of 8]      F16: one load brings the scales of 8 rows
#pragma once
#include "packed.cuh"

struct Q8_0Packed {
    static const int UNIT = 32, OFFSET = 0;
    static const bool HALVES = false, LEAST = false;
    struct Common {
        uint4 scales;
    };
    struct Row {
        uint4 low, high;
    };
    const uint4 *low, *high, *scales;
    int units;

    __device__ __forceinline__ Q8_0Packed(const uint8_t* w, int rows, int columns) {
        units = columns / UNIT;
        low = reinterpret_cast<const uint4*>(w);
        high = low + paddedRows(rows) * units;
        scales = high + paddedRows(rows) * units;
    }
    __device__ __forceinline__ Common common(int group, int unit) const { return {scales[(size_t)group * units + unit]}; }
    __device__ __forceinline__ Row row(int row, int unit) const {
        size_t at = (size_t)row * units + unit;
        return {low[at], high[at]};
    }
    static __device__ __forceinline__ void block(const Common& c, const Row& w, int r, int, CodeBlock& out) {
        out.codes[0] = w.low.x;
        out.codes[1] = w.low.y;
        out.codes[2] = w.low.z;
        out.codes[3] = w.low.w;
        out.codes[4] = w.high.x;
        out.codes[5] = w.high.y;
        out.codes[6] = w.high.z;
        out.codes[7] = w.high.w;
        out.scale[0] = out.scale[1] = halfOf(c.scales, r);
        out.least = 0;
    }
    __device__ __forceinline__ float element(int row, int i) const {
        const uint4* part = i % UNIT < 16 ? low : high;
        const uint8_t* sixteen = reinterpret_cast<const uint8_t*>(part + (size_t)row * units + i / UNIT);
        const uint8_t* eight = reinterpret_cast<const uint8_t*>(scales + (size_t)(row / GROUP_ROWS) * units + i / UNIT);
        return loadHalf(eight + row % GROUP_ROWS * 2) * (float)(int8_t)sixteen[i % 16];
    }
};
