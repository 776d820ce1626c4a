// Conversions between F32 and what lies in memory as F16 or BF16.
#pragma once
#include <cstdint>
#include <cuda_fp16.h>

/// The F16 at an even address.
static __device__ __forceinline__ float loadHalf(const uint8_t* at) {
    return __half2float(__ushort_as_half(*reinterpret_cast<const unsigned short*>(at)));
}

/// Rounded to F16, to nearest, half to even.
static __device__ __forceinline__ unsigned short toHalf(float x) {
    return __half_as_ushort(__float2half_rn(x));
}

static __device__ __forceinline__ float roundToHalf(float x) {
    return __half2float(__float2half_rn(x));
}

/// The BF16 at an even address.
static __device__ __forceinline__ float loadBrain(const uint8_t* at) {
    return __uint_as_float((uint32_t)*reinterpret_cast<const unsigned short*>(at) << 16);
}

/// Rounded to BF16, to nearest, half to even; a NaN stays one. The carry of the sum rounds up.
static __device__ __forceinline__ unsigned short toBrain(float x) {
    uint32_t bits = __float_as_uint(x);
    return x != x ? bits >> 16 | 0x40 : (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

/// Two neighbouring F16 of a word.
static __device__ __forceinline__ float2 halves(uint32_t word) {
    return __half22float2(*reinterpret_cast<const __half2*>(&word));
}

/// Two numbers rounded to F16, the first in the low half of the word.
static __device__ __forceinline__ uint32_t packHalves(float a, float b) {
    return toHalf(a) | (uint32_t)toHalf(b) << 16;
}

/// x = high + low / LOW_UNITS, both F16: 22 bits of x, as long as it is one F16 could hold.
#define LOW_UNITS 2048.0f

static __device__ __forceinline__ void splitHalves(float a, float b, uint32_t& high, uint32_t& low) {
    high = packHalves(a, b);
    float2 rounded = halves(high);
    low = packHalves((a - rounded.x) * LOW_UNITS, (b - rounded.y) * LOW_UNITS);
}
