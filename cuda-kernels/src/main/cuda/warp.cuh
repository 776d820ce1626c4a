// Sums and maxima over the lanes of a warp. All 32 lanes must be there.
#pragma once
#include <cstdint>

#define ALL_LANES 0xffffffffu

/// Sum over groups of `lanes` neighbouring lanes (a power of two); every lane gets its group's.
template <int lanes = 32> static __device__ __forceinline__ float warpSum(float v) {
#pragma unroll
    for (int step = lanes / 2; step > 0; step >>= 1) v += __shfl_xor_sync(ALL_LANES, v, step);
    return v;
}

template <int lanes = 32> static __device__ __forceinline__ int warpSum(int v) {
#pragma unroll
    for (int step = lanes / 2; step > 0; step >>= 1) v += __shfl_xor_sync(ALL_LANES, v, step);
    return v;
}

template <int lanes = 32> static __device__ __forceinline__ float warpMax(float v) {
#pragma unroll
    for (int step = lanes / 2; step > 0; step >>= 1) v = fmaxf(v, __shfl_xor_sync(ALL_LANES, v, step));
    return v;
}

template <int lanes = 32> static __device__ __forceinline__ int warpMax(int v) {
#pragma unroll
    for (int step = lanes / 2; step > 0; step >>= 1) v = max(v, __shfl_xor_sync(ALL_LANES, v, step));
    return v;
}
