// The k greatest of each row of x, F32 [rows, n], in descending order: y[row][2 i] = value, y[row][2 i + 1] = its column, F32
// [rows, 2 k]. The lower column goes first among equals, and NaN is greater than all. k at most n.
// A block takes 2048 keys, eight a thread, and gives up their k greatest one by one: jg_greatest makes keys of x, jg_greatest_keys
// takes those that the launch before left. Where one block sees the whole row, it writes y, else to[row][block][i].
// Grid: (parts of 2048, rows). Block: 256 threads. Shared memory: 64 bytes, the greatest key of each warp.
#include "warp.cuh"

#define THREADS 256
#define WARPS (THREADS / 32)
#define EACH 8
#define PART (THREADS * EACH)

/// A number's bits, ordered like numbers, above the complement of its column: a greater key comes first. 0 is no key.
typedef unsigned long long Key;

static __device__ __forceinline__ Key keyOf(float x, int column) {
    uint32_t bits = __float_as_uint(x + 0.0f);  // -0 equals 0
    uint32_t order = x != x ? 0xffffffffu : bits & 0x80000000u ? ~bits : bits | 0x80000000u;
    return (Key)order << 32 | (uint32_t)~column;
}

static __device__ __forceinline__ float valueOf(Key key) {
    uint32_t order = (uint32_t)(key >> 32);
    return __uint_as_float(order & 0x80000000u ? order & 0x7fffffffu : ~order);
}

static __device__ __forceinline__ Key warpMaxKey(Key v) {
#pragma unroll
    for (int step = 16; step > 0; step >>= 1) {
        Key other = __shfl_xor_sync(ALL_LANES, v, step);
        v = other > v ? other : v;
    }
    return v;
}

static __device__ __forceinline__ Key largest(const Key (&keys)[EACH]) {
    Key most = keys[0];
#pragma unroll
    for (int i = 1; i < EACH; i++) most = keys[i] > most ? keys[i] : most;
    return warpMaxKey(most);
}

/// load(i) is the key of element i of the row.
template <class F> static __device__ __forceinline__ void greatest(float2* y, Key* to, int n, int k, F load) {
    __shared__ Key most[WARPS];
    int warp = threadIdx.x / 32, row = blockIdx.y;
    Key keys[EACH];
#pragma unroll
    for (int i = 0; i < EACH; i++) {
        int at = blockIdx.x * PART + i * THREADS + threadIdx.x;
        keys[i] = at < n ? load(at) : 0;
    }
    Key own = largest(keys);
    for (int i = 0; i < k; i++) {
        if (threadIdx.x % 32 == 0) most[warp] = own;
        __syncthreads();
        Key best = 0;
        for (int w = 0; w < WARPS; w++) best = most[w] > best ? most[w] : best;
        __syncthreads();
        if (threadIdx.x == 0 && gridDim.x == 1) y[(size_t)row * k + i] = make_float2(valueOf(best), (float)~(uint32_t)best);
        if (threadIdx.x == 0 && gridDim.x > 1) to[((size_t)row * gridDim.x + blockIdx.x) * k + i] = best;
        if (own != best || best == 0) continue;
#pragma unroll
        for (int j = 0; j < EACH; j++) keys[j] = keys[j] == best ? 0 : keys[j];
        own = largest(keys);
    }
}

extern "C" __global__ void __launch_bounds__(THREADS) jg_greatest(
        float2* __restrict__ y, Key* __restrict__ to, const float* __restrict__ x, int n, int k) {
    const float* row = x + (size_t)blockIdx.y * n;
    greatest(y, to, n, k, [&](int i) { return keyOf(row[i], i); });
}

extern "C" __global__ void __launch_bounds__(THREADS) jg_greatest_keys(
        float2* __restrict__ y, Key* __restrict__ to, const Key* __restrict__ from, int n, int k) {
    const Key* row = from + (size_t)blockIdx.y * n;
    greatest(y, to, n, k, [&](int i) { return row[i]; });
}
