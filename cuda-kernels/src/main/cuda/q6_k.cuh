// Q6_K weights, repacked in units of 64 elements:
//   low[row][unit], next[row][unit]   16 bytes: low four bits of elements 0..31 (low nibbles 0..15, high ones 16..31), 32..63
//   high[row][unit]                   16 bytes: high two bits; bits 2 p of byte i are of element 16 p + i
//   steps[row][unit / 4]              16 signed bytes: scale of each 16 elements, in units of d
//   scales[group][unit / 4][row of 8] F16 d
// w = d step (q - 32).
#pragma once
#include "packed.cuh"

struct Q6_KPacked {
    static const int UNIT = 64, OFFSET = 0;
    static const bool HALVES = true, LEAST = false;
    struct Common {
        uint4 scales;
        int quarter;
    };
    struct Row {
        uint4 low, next, high, steps;
    };
    const uint4 *low, *next, *high, *steps, *scales;
    int units;

    __device__ __forceinline__ Q6_KPacked(const uint8_t* w, int rows, int columns) {
        units = columns / UNIT;
        size_t all = paddedRows(rows) * units;
        low = reinterpret_cast<const uint4*>(w);
        next = low + all;
        high = next + all;
        steps = high + all;
        scales = steps + all / 4;
    }
    __device__ __forceinline__ Common common(int group, int unit) const {
        return {scales[(size_t)group * (units / 4) + unit / 4], unit % 4};
    }
    __device__ __forceinline__ Row row(int row, int unit) const {
        size_t at = (size_t)row * units + unit;
        return {low[at], next[at], high[at], steps[(size_t)row * (units / 4) + unit / 4]};
    }
    /// Bytes q - 32 of q in 0..63, none borrowing from its neighbour.
    static __device__ __forceinline__ int centred(uint32_t q) { return (int)((q | 0x80808080u) - 0x20202020u ^ 0x80808080u); }
    static __device__ __forceinline__ void block(const Common& c, const Row& w, int r, int n, CodeBlock& out) {
        nibbleCodes(n == 0 ? w.low : w.next, out.codes);
        const uint32_t high[4] = {w.high.x, w.high.y, w.high.z, w.high.w};
#pragma unroll
        for (int i = 0; i < 8; i++) {
            int part = 2 * n + i / 4;
            out.codes[i] = centred(out.codes[i] | (high[i % 4] >> 2 * part & 0x03030303u) << 4);
        }
        uint32_t four = c.quarter == 0 ? w.steps.x : c.quarter == 1 ? w.steps.y : c.quarter == 2 ? w.steps.z : w.steps.w;
        float d = halfOf(c.scales, r);
        out.scale[0] = __fmul_rn(d, (float)(int8_t)(four >> 16 * n));
        out.scale[1] = __fmul_rn(d, (float)(int8_t)(four >> 16 * n + 8));
        out.least = 0;
    }
    __device__ __forceinline__ float element(int row, int i) const {
        int unit = i / UNIT, in = i % UNIT, part = in / 16;
        size_t at = (size_t)row * units + unit;
        int nibble = reinterpret_cast<const uint8_t*>((in < 32 ? low : next) + at)[i % 16] >> part % 2 * 4 & 15;
        int top = reinterpret_cast<const uint8_t*>(high + at)[i % 16] >> 2 * part & 3;
        int step = reinterpret_cast<const int8_t*>(steps + (size_t)row * (units / 4) + unit / 4)[unit % 4 * 4 + part];
        const uint8_t* d = reinterpret_cast<const uint8_t*>(scales + (size_t)(row / GROUP_ROWS) * (units / 4) + unit / 4);
        return __fmul_rn(loadHalf(d + row % GROUP_ROWS * 2), (float)step) * (float)((nibble | top << 4) - 32);
    }
};
