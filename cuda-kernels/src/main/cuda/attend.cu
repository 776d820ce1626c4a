// y = sum_t softmax(s)_t v_t, s_t = scale q . k_t, over the tokens t that a row sees: those in the cache, and those of the
// pass, whose k and v are F32 [rows, kv heads * dim]. q F32 [rows, heads * key dim], y F32 [rows, heads * value dim];
// `table` is a KvSpan and its addresses, `layer` the place in its group. A running soft-max over tiles of 32 tokens; no row of scores exists.
// Grid: (rows, query heads). Block: 4 warps, which take every fourth tile each and join at the end; a lane scores a token,
// then the lanes share the elements of V. Shared memory: the query, four partial outputs (dynamic); weights and states.
#include "kv.cuh"
#include "warp.cuh"

#define WARPS 4

template <class W> static __device__ __forceinline__ float plainDot(const float* q, const uint8_t* k, int dim) {
    float sum = 0;
    for (int c = 0; c < dim; c++) sum = fmaf(q[c], W::value(k + c * W::BYTES, 0), sum);
    return sum;
}

/// A tile of K is [dim][32] less the page's mean: q . (k' + mean).
template <class W> static __device__ __forceinline__ float tileDot(const float* q, const KvTile& k, int dim, int token) {
    float sum = 0, common = 0;
#pragma unroll 2
    for (int c = 0; c < dim; c++) {
        sum = fmaf(q[c], tileValue<W>(k.at, dim, c * TILE_TOKENS + token), sum);
        common = fmaf(q[c], loadHalf(k.mean + c * 2), common);
    }
    return sum + common;
}

static __device__ __forceinline__ float dot(const float* q, const KvTile& k, int dim, int token) {
    const uint8_t* vector = k.at + token * k.stride;
    switch (k.type) {
        case F32_TYPE: return plainDot<F32Weight>(q, vector, dim);
        case F16_TYPE: return plainDot<F16Weight>(q, vector, dim);
        case BF16_TYPE: return plainDot<BF16Weight>(q, vector, dim);
        case Q8_0_TYPE: return tileDot<Q8_0Weight>(q, k, dim, token);
        default: return tileDot<Q4_0Weight>(q, k, dim, token);
    }
}

/// out += sum of weights[t] v[t], t from `from` to `to`, exclusive; the lanes share the channels.
template <class F> static __device__ __forceinline__ void add(
        float* out, const float* weights, int dim, int from, int to, F value) {
    for (int c = threadIdx.x % 32; c < dim; c += 32) {
        float sum = out[c];
#pragma unroll 2
        for (int t = from; t < to; t++) sum = fmaf(weights[t], value(t, c), sum);
        out[c] = sum;
    }
}

template <class W> static __device__ __forceinline__ void plainAdd(
        float* out, const float* weights, const KvTile& v, int dim, int from, int to) {
    add(out, weights, dim, from, to, [&](int t, int c) { return W::value(v.at + t * v.stride + c * W::BYTES, 0); });
}

template <class W> static __device__ __forceinline__ void tileAdd(
        float* out, const float* weights, const KvTile& v, int dim, int from, int to) {
    add(out, weights, dim, from, to, [&](int t, int c) { return tileValue<W>(v.at, dim, t * dim + c); });
}

static __device__ __forceinline__ void addWeighted(
        float* out, const float* weights, const KvTile& v, int dim, int from, int to) {
    switch (v.type) {
        case F32_TYPE: return plainAdd<F32Weight>(out, weights, v, dim, from, to);
        case F16_TYPE: return plainAdd<F16Weight>(out, weights, v, dim, from, to);
        case BF16_TYPE: return plainAdd<BF16Weight>(out, weights, v, dim, from, to);
        case Q8_0_TYPE: return tileAdd<Q8_0Weight>(out, weights, v, dim, from, to);
        default: return tileAdd<Q4_0Weight>(out, weights, v, dim, from, to);
    }
}

extern "C" __global__ void __launch_bounds__(32 * WARPS, 1) jg_attend(
        float* __restrict__ y,
        const float* __restrict__ q,
        const float* __restrict__ k,
        const float* __restrict__ v,
        const Word* __restrict__ table,
        int layer,
        float scale) {
    extern __shared__ float dynamic[];
    __shared__ float weights[WARPS][TILE_TOKENS], maxima[WARPS], sums[WARPS];
    const KvSpan& span = *reinterpret_cast<const KvSpan*>(table);
    KvHead head = {table, layer, (int)(blockIdx.y * span.heads / gridDim.y)};
    int keyDim = (int)span.keys.dim, valueDim = (int)span.values.dim;
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32, row = blockIdx.x;
    float *query = dynamic, *out = dynamic + keyDim + warp * valueDim;
    q += ((size_t)row * gridDim.y + blockIdx.y) * keyDim;
    for (int c = threadIdx.x; c < keyDim; c += 32 * WARPS) query[c] = q[c] * scale;
    for (int c = lane; c < valueDim; c += 32) out[c] = 0;
    __syncthreads();

    KvTiles tiles(span, firstSeen(span, row), endSeen(span, table, row));
    float most = -INFINITY, sum = 0;
    for (int n = tiles.first + warp; n < tiles.end; n += WARPS) {
        int first = tiles.fromIn(n), end = tiles.endIn(n);
        bool seen = lane >= first && lane < end;
        float score = -INFINITY;
        KvTile keys = tiles.at(n, head, span.keys, k);
        if (seen) score = dot(query, keys, keyDim, lane);
        float larger = fmaxf(most, warpMax(score));
        float shrink = expf(most - larger), weight = seen ? expf(score - larger) : 0;
        most = larger;
        sum = sum * shrink + warpSum(weight);
        weights[warp][lane] = weight;
        for (int c = lane; c < valueDim; c += 32) out[c] *= shrink;
        __syncwarp();
        KvTile values = tiles.at(n, head, span.values, v);
        addWeighted(out, weights[warp], values, valueDim, first, end);
        __syncwarp();
    }
    if (lane == 0) {
        maxima[warp] = most;
        sums[warp] = sum;
    }
    __syncthreads();
    float all = -INFINITY, total = 0;
    for (int w = 0; w < WARPS; w++) all = fmaxf(all, maxima[w]);
    for (int w = 0; w < WARPS; w++) total += sums[w] * expf(maxima[w] - all);
    y += ((size_t)row * gridDim.y + blockIdx.y) * valueDim;
    for (int c = threadIdx.x; c < valueDim; c += 32 * WARPS) {
        float result = 0;
        for (int w = 0; w < WARPS; w++) result += dynamic[keyDim + w * valueDim + c] * expf(maxima[w] - all);
        y[c] = result / total;
    }
}
