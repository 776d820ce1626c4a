// y[r][i] = w[ids[r]][i] * scale, w any GGUF type [vocabulary, columns] as in the file, or Q4_0 in the layout of q4_0.cuh
// where scales is not null; y F32 [rows, columns].
// Grid: (rows, columns / 256 rounded up). Block: 256 threads, an element each. No shared memory.
#include "q4_0.cuh"
#include "weights.cuh"

#define THREADS 256

extern "C" __global__ void __launch_bounds__(THREADS) jg_embed(
        float* __restrict__ y,
        const uint8_t* __restrict__ w,
        const uint8_t* __restrict__ scales,
        const int* __restrict__ ids,
        int columns,
        float scale,
        int type) {
    int i = blockIdx.y * THREADS + threadIdx.x, id = ids[blockIdx.x];
    if (i >= columns) return;
    float value = 0;
    if (scales) {
        size_t blocks = columns / BLOCK, block = i / BLOCK;
        const uint8_t* d = scales + ((id / GROUP_ROWS * blocks + block) * GROUP_ROWS + id % GROUP_ROWS) * 2;
        value = loadHalf(d) * (float)(nibble(w + (id * blocks + block) * 16, i % BLOCK) - 8);
    } else {
        withWeight(type, [&](auto weight) {
            using W = decltype(weight);
            size_t block = (size_t)id * (columns / W::ELEMENTS) + i / W::ELEMENTS;
            value = W::value(w + block * W::BYTES, i % W::ELEMENTS);
        });
    }
    y[(size_t)blockIdx.x * columns + i] = __fmul_rn(value, scale);
}
