// y = Q16(x), x F32 [tokens, blocks * 32], laid out as in q16.cuh.
//   scale = max |x| / 32767, q = round(x / scale), half to even; a block of less than 1e-30 is all zeros
// Grid: (blocks * 8 / 256 rounded up, tokens). Block: 256 threads; eight neighbouring threads make one block of 32, four
// values each. No shared memory.
#include <cstdint>

#include "q16.cuh"
#include "warp.cuh"

extern "C" __global__ void __launch_bounds__(256) jg_quantize(
        const float4* __restrict__ x, uint32_t* __restrict__ quants, Q16Head* __restrict__ heads, int blocks) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    bool here = i < blocks * 8;
    x += (size_t)blockIdx.y * blocks * 8;
    quants += (size_t)blockIdx.y * blocks * 8 * 2;
    heads += (size_t)blockIdx.y * blocks;
    float4 v = here ? x[i] : make_float4(0, 0, 0, 0);
    float largest = fmaxf(fmaxf(fabsf(v.x), fabsf(v.y)), fmaxf(fabsf(v.z), fabsf(v.w)));
    largest = warpMax<8>(largest);
    float scale = largest < 1e-30f ? 0 : __fdiv_rn(largest, 32767);
    float inverse = largest < 1e-30f ? 0 : __fdiv_rn(32767, largest);
    int a = __float2int_rn(v.x * inverse), b = __float2int_rn(v.y * inverse);
    int c = __float2int_rn(v.z * inverse), d = __float2int_rn(v.w * inverse);
    int sum = warpSum<8>(a + b + c + d);
    if (here) {
        int block = i / 8, part = i % 8 / 4, word = i % 4;
        uint32_t high = (a >> 8 & 255) | (b >> 8 & 255) << 8 | (c >> 8 & 255) << 16 | (uint32_t)(d >> 8) << 24;
        uint32_t low = (a & 255) | (b & 255) << 8 | (c & 255) << 16 | (uint32_t)d << 24;
        quants[(part * blocks + block) * 4 + word] = high;
        quants[((part + 2) * blocks + block) * 4 + word] = low;
        if (i % 8 == 0) heads[block] = {scale, sum};
    }
}
