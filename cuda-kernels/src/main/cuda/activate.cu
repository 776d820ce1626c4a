// x[r][i] = f(x[r][i] + bias[i]), all F32; f as in activation.cuh.
// Grid: (rows, n / 256 rounded up). Block: 256 threads, an element each. No shared memory.
#include <cstddef>

#include "activation.cuh"

#define THREADS 256

extern "C" __global__ void __launch_bounds__(THREADS) jg_activate(
        float* x, const float* __restrict__ bias, int n, int function) {
    int i = blockIdx.y * THREADS + threadIdx.x;
    if (i >= n) return;
    size_t at = (size_t)blockIdx.x * n + i;
    x[at] = activation(x[at] + bias[i], function);
}
