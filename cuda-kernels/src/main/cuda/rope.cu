// Turns the first `turned` elements of each head by pairs: (a, b) -> (a cos - b sin, a sin + b cos), x F32 [rows, width] in
// place, table F32 [rows, turned] = cosine and sine of each pair. A pair is elements i and i + turned / 2 with halves, else
// 2 i and 2 i + 1.
// Grid: (rows, pairs of all heads / 128 rounded up). Block: 128 threads, a pair each. No shared memory.
#include <cstddef>

#define THREADS 128

extern "C" __global__ void __launch_bounds__(THREADS) jg_rope(
        float* __restrict__ x, const float* __restrict__ table, int width, int headDim, int turned, int halves) {
    int pairs = turned / 2, i = blockIdx.y * THREADS + threadIdx.x;
    if (i >= width / headDim * pairs) return;
    int pair = i % pairs;
    float* head = x + (size_t)blockIdx.x * width + i / pairs * headDim;
    int a = halves ? pair : 2 * pair, b = halves ? pair + pairs : 2 * pair + 1;
    const float* angle = table + (size_t)blockIdx.x * turned + 2 * pair;
    float va = head[a], vb = head[b];
    head[a] = va * angle[0] - vb * angle[1];
    head[b] = va * angle[1] + vb * angle[0];
}
