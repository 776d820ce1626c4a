// What the layouts of repacked weights have in common. Every load is 16 bytes wide, and the lanes of a warp read neighbouring
// ones; rows are filled up to a multiple of eight with zeros, because eight rows share one load of scales. A layout is a
// struct W with
//   UNIT                  elements that a lane takes at a time
//   OFFSET                what codes exceed the weight by
//   HALVES                whether each 16 elements have a scale of their own, else all 32 of a block have one
//   LEAST                 whether a block has a minimum
//   common(group, unit)   what the eight rows of a group share
//   row(row, unit)        what one row has
//   block(common, row, r, n, out)  block n of the unit, of the group's row r
//   element(row, i)       one weight, bit for bit as the processor decodes it
// A weight is scale (code - OFFSET) - least.
#pragma once
#include "half.cuh"
#include "q16.cuh"

#define GROUP_ROWS 8

/// A block of 32 weights: codes of a signed byte each, in order.
struct CodeBlock {
    int codes[8];
    float scale[2];
    float least;
};

static __device__ __forceinline__ float halfOf(const uint4& eight, int i) {
    uint32_t word = i / 2 == 0 ? eight.x : i / 2 == 1 ? eight.y : i / 2 == 2 ? eight.z : eight.w;
    return __half2float(__ushort_as_half((unsigned short)(word >> i % 2 * 16)));
}

/// Byte i of 16.
static __device__ __forceinline__ int byteOf(const uint4& sixteen, int i) {
    uint32_t word = i / 4 == 0 ? sixteen.x : i / 4 == 1 ? sixteen.y : i / 4 == 2 ? sixteen.z : sixteen.w;
    return word >> i % 4 * 8 & 255;
}

/// Codes of 32 nibbles: low ones are elements 0..15, high ones 16..31.
static __device__ __forceinline__ void nibbleCodes(const uint4& w, int (&codes)[8]) {
    codes[0] = w.x & 0x0f0f0f0f;
    codes[1] = w.y & 0x0f0f0f0f;
    codes[2] = w.z & 0x0f0f0f0f;
    codes[3] = w.w & 0x0f0f0f0f;
    codes[4] = w.x >> 4 & 0x0f0f0f0f;
    codes[5] = w.y >> 4 & 0x0f0f0f0f;
    codes[6] = w.z >> 4 & 0x0f0f0f0f;
    codes[7] = w.w >> 4 & 0x0f0f0f0f;
}

static __device__ __forceinline__ size_t paddedRows(int rows) {
    return (size_t)(rows + GROUP_ROWS - 1) / GROUP_ROWS * GROUP_ROWS;
}
