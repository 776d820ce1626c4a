// Q4_0 weights, repacked so that every load is 16 bytes wide and the 32 lanes of a warp read 512 bytes in a row:
//   nibbles[rowGroup][row of 8][block]  16 bytes: low nibbles are elements 0..15 of the block, high ones 16..31
//   scales[rowGroup][block][row of 8]   F16: one load brings the scales of 8 rows
// The last group is filled up with rows of zeros.
#pragma once
#include <cuda_fp16.h>

#include "q8_1.cuh"

#define GROUP_ROWS 8

/// sum_i w_i q_i of one block, w in 0..15.
static __device__ __forceinline__ int dotQ4_0(const uint4& w, const int4& low, const int4& high) {
    int sum = __dp4a((int)(w.x & 0x0f0f0f0fu), low.x, 0);
    sum = __dp4a((int)(w.y & 0x0f0f0f0fu), low.y, sum);
    sum = __dp4a((int)(w.z & 0x0f0f0f0fu), low.z, sum);
    sum = __dp4a((int)(w.w & 0x0f0f0f0fu), low.w, sum);
    sum = __dp4a((int)(w.x >> 4 & 0x0f0f0f0fu), high.x, sum);
    sum = __dp4a((int)(w.y >> 4 & 0x0f0f0f0fu), high.y, sum);
    sum = __dp4a((int)(w.z >> 4 & 0x0f0f0f0fu), high.z, sum);
    return __dp4a((int)(w.w >> 4 & 0x0f0f0f0fu), high.w, sum);
}
