// y[r][i] = x[rows[r]][i], all F32 [.., n].
// Grid: (rows of y, n / 256 rounded up). Block: 256 threads, an element each. No shared memory.
#include <cstddef>

#define THREADS 256

extern "C" __global__ void __launch_bounds__(THREADS) jg_gather(
        float* __restrict__ y, const float* __restrict__ x, const int* __restrict__ rows, int n) {
    int i = blockIdx.y * THREADS + threadIdx.x;
    if (i < n) y[(size_t)blockIdx.x * n + i] = x[(size_t)rows[blockIdx.x] * n + i];
}
