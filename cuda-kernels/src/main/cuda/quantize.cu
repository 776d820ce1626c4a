// y = Q16(x), x F32 [tokens, blocks * 32], laid out as in q16.cuh, in rows or tiles.
// Grid: (blocks * 8 / 256 rounded up, tokens). Block: 256 threads; eight neighbouring threads make one block of 32, four
// values each. No shared memory.
#include "q16.cuh"

extern "C" __global__ void __launch_bounds__(256) jg_quantize(
        const float4* __restrict__ x, uint32_t* __restrict__ quants, Q16Head* __restrict__ heads, int blocks, int tiles) {
    int i = blockIdx.x * blockDim.x + threadIdx.x, token = blockIdx.y;
    bool here = i < blocks * 8;
    float4 v = here ? x[(size_t)token * blocks * 8 + i] : make_float4(0, 0, 0, 0);
    q16Store({quants, heads, blocks, tiles}, token, i / 8, i % 8, v, here);
}
