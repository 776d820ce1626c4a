// Q4_0 weights, repacked so that every load is 16 bytes wide and the 32 lanes of a warp read 512 bytes in a row:
//   nibbles[rowGroup][row of 8][block]  16 bytes: low nibbles are elements 0..15 of the block, high ones 16..31
//   scales[rowGroup][block][row of 8]   F16: one load brings the scales of 8 rows
// The last group is filled up with rows of zeros.
#pragma once
#include <cuda_fp16.h>

#include "q16.cuh"

#define GROUP_ROWS 8

/// sum_i w_i b_i of one block, w in 0..15, b the high bytes of the activations.
static __device__ __forceinline__ int dotHigh(const uint4& w, const int4& first, const int4& second) {
    int sum = __dp4a((int)(w.x & 0x0f0f0f0fu), first.x, 0);
    sum = __dp4a((int)(w.y & 0x0f0f0f0fu), first.y, sum);
    sum = __dp4a((int)(w.z & 0x0f0f0f0fu), first.z, sum);
    sum = __dp4a((int)(w.w & 0x0f0f0f0fu), first.w, sum);
    sum = __dp4a((int)(w.x >> 4 & 0x0f0f0f0fu), second.x, sum);
    sum = __dp4a((int)(w.y >> 4 & 0x0f0f0f0fu), second.y, sum);
    sum = __dp4a((int)(w.z >> 4 & 0x0f0f0f0fu), second.z, sum);
    return __dp4a((int)(w.w >> 4 & 0x0f0f0f0fu), second.w, sum);
}

/// The same with the low bytes, which have no sign.
static __device__ __forceinline__ int dotLow(const uint4& w, const uint4& first, const uint4& second) {
    unsigned sum = __dp4a(w.x & 0x0f0f0f0fu, first.x, 0u);
    sum = __dp4a(w.y & 0x0f0f0f0fu, first.y, sum);
    sum = __dp4a(w.z & 0x0f0f0f0fu, first.z, sum);
    sum = __dp4a(w.w & 0x0f0f0f0fu, first.w, sum);
    sum = __dp4a(w.x >> 4 & 0x0f0f0f0fu, second.x, sum);
    sum = __dp4a(w.y >> 4 & 0x0f0f0f0fu, second.y, sum);
    sum = __dp4a(w.z >> 4 & 0x0f0f0f0fu, second.z, sum);
    return (int)__dp4a(w.w >> 4 & 0x0f0f0f0fu, second.w, sum);
}
