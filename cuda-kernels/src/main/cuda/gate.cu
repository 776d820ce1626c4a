// y[i] = f(gate[i]) * up[i], all F32; y may be gate or up; f as in activation.cuh.
// Grid: (rows, n / 256 rounded up). Block: 256 threads, an element each. No shared memory.
#include <cstddef>

#include "activation.cuh"

#define THREADS 256

extern "C" __global__ void __launch_bounds__(THREADS) jg_gate(
        float* y, const float* gate, const float* up, int n, int function) {
    int i = blockIdx.y * THREADS + threadIdx.x;
    if (i >= n) return;
    size_t at = (size_t)blockIdx.x * n + i;
    y[at] = activation(gate[at], function) * up[at];
}
