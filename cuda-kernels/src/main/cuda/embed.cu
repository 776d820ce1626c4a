// y[r][i] = w[ids[r]][i] * scale, w any GGUF type [vocabulary, columns] as in the file, or repacked as in layouts.cuh; y F32
// [rows, columns].
// Grid: (rows, columns / 256 rounded up). Block: 256 threads, an element each. No shared memory.
#include "layouts.cuh"
#include "weights.cuh"

#define THREADS 256

extern "C" __global__ void __launch_bounds__(THREADS) jg_embed(
        float* __restrict__ y,
        const uint8_t* __restrict__ w,
        const int* __restrict__ ids,
        int vocabulary,
        int columns,
        float scale,
        int type,
        int packed) {
    int i = blockIdx.y * THREADS + threadIdx.x, id = ids[blockIdx.x];
    if (i >= columns) return;
    float value = 0;
    if (packed) {
        withPacked(type, w, vocabulary, columns, [&](auto weights) { value = weights.element(id, i); });
    } else {
        withWeight(type, [&](auto weight) {
            using W = decltype(weight);
            size_t block = (size_t)id * (columns / W::ELEMENTS) + i / W::ELEMENTS;
            value = W::value(w + block * W::BYTES, i % W::ELEMENTS);
        });
    }
    y[(size_t)blockIdx.x * columns + i] = __fmul_rn(value, scale);
}
