// y = Q8_1(x), x F32 [tokens, blocks * 32], laid out as in q8_1.cuh.
//   scale = max |x| / 127, q = round(x / scale), half to even; a block of less than 1e-30 is all zeros
// Grid: (blocks * 8 / 256 rounded up, tokens). Block: 256 threads; eight neighbouring threads make one block of 32, four
// values each. No shared memory.
#include "q8_1.cuh"
#include "warp.cuh"

static __device__ __forceinline__ int quantize(float x, float inverse) {
    return __float2int_rn(x * inverse);
}

extern "C" __global__ void __launch_bounds__(256) jg_quantize_q8_1(
        const float4* __restrict__ x, uint32_t* __restrict__ quants, Q8_1Head* __restrict__ heads, int blocks) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    bool here = i < blocks * 8;
    x += (size_t)blockIdx.y * blocks * 8;
    quants += (size_t)blockIdx.y * blocks * 8;
    heads += (size_t)blockIdx.y * blocks;
    float4 v = here ? x[i] : make_float4(0, 0, 0, 0);
    float largest = fmaxf(fmaxf(fabsf(v.x), fabsf(v.y)), fmaxf(fabsf(v.z), fabsf(v.w)));
    largest = warpMax<8>(largest);
    float inverse = largest < 1e-30f ? 0 : 127 / largest;
    int a = quantize(v.x, inverse), b = quantize(v.y, inverse), c = quantize(v.z, inverse), d = quantize(v.w, inverse);
    int sum = warpSum<8>(a + b + c + d);
    if (here) {
        int block = i / 8, part = i % 8;
        quants[(part / 4 * blocks + block) * 4 + part % 4] =
            (a & 255) | (b & 255) << 8 | (c & 255) << 16 | (uint32_t)d << 24;
        if (part == 0) heads[block] = {largest / 127, sum};
    }
}
