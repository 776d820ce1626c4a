// Joins what jg_attend_split left of each part of the context, and quantizes:
//   y[row][head] = sum_p e^(m_p - m) out_p / sum_p e^(m_p - m) sum_p, m = max_p m_p; Q16(y) as in q16.cuh, in rows
// out F32 [rows, heads, splits, dim], state F32 [rows, heads, splits, 2], y F32 [rows, heads * dim]; dim a multiple of 32.
// Grid: (heads, rows). Block: 8 warps, which take 32 channels at a time. No shared memory.
#include "q16.cuh"

#define THREADS 256

extern "C" __global__ void __launch_bounds__(THREADS) jg_attend_join(
        float* __restrict__ y, uint32_t* __restrict__ quants, Q16Head* __restrict__ heads, const float* __restrict__ out,
        const float2* __restrict__ state, int splits, int dim) {
    int lane = threadIdx.x % 32, head = blockIdx.x, row = blockIdx.y, columns = gridDim.x * dim;
    size_t part = ((size_t)row * gridDim.x + head) * splits;
    float most = -INFINITY;
    for (int p = lane; p < splits; p += 32) most = fmaxf(most, state[part + p].x);
    most = warpMax(most);
    float total = 0;
    for (int p = lane; p < splits; p += 32) total += state[part + p].y * expf(state[part + p].x - most);
    total = warpSum(total);
    for (int first = threadIdx.x / 32 * 32; first < dim; first += THREADS) {
        float sum = 0;
        for (int p = 0; p < splits; p++) {
            float weight = expf(state[part + p].x - most);
            sum = fmaf(out[(part + p) * dim + first + lane], weight, sum);
        }
        sum /= total;
        y[(size_t)row * columns + head * dim + first + lane] = sum;
        q16StoreWarp({quants, heads, columns / BLOCK, 0}, row, (head * dim + first) / BLOCK, sum);
    }
}
