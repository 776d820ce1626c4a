// Writes K and V of new rows, F32 [rows, kv heads * dim], behind those their sequence has, and quantizes the tiles that leave
// its tail with them; `table` is a KvSpan and its addresses, `layer` the place in its group. What is stored is bit for bit
// what the processor stores:
//   Q4_0: d = x / -8 for the x of largest magnitude, q = trunc(x / d + 8.5), at most 15
//   Q8_0: d = max |x| / 127, q = x / d rounded to nearest, halves away from zero
// Grid: (pages from that of the first tile on, K/V heads, 2: K and V). Block: 128 threads; a thread takes the same blocks of 32
// values of all tiles of its page, so that it reads the mean it wrote itself. No shared memory.
#include "kv.cuh"

#define THREADS 128

/// The mean of 32 F16 values, rounded once: they are integers of 2^-24, and so is their sum.
static __device__ __forceinline__ unsigned short meanOf(const float (&x)[TILE_TOKENS]) {
    Word sum = 0;
    for (int i = 0; i < TILE_TOKENS; i++) sum += __float2ll_rn(x[i] * 16777216.0f);
    return toHalf(__ll2float_rn(sum) * (1.0f / 16777216.0f / TILE_TOKENS));
}

static __device__ __forceinline__ void encodeQ4_0(const float (&x)[TILE_TOKENS], uint8_t* scale, uint8_t* values) {
    float largest = 0, extreme = 0;
    for (int i = 0; i < TILE_TOKENS; i++) {
        if (fabsf(x[i]) > largest) {
            largest = fabsf(x[i]);
            extreme = x[i];
        }
    }
    float d = extreme / -8, inverse = d == 0 ? 0 : __fdiv_rn(1, d);
    *reinterpret_cast<unsigned short*>(scale) = toHalf(d);
    for (int i = 0; i < 16; i++) {
        int low = __float2int_rz(__fadd_rn(__fmul_rn(x[i], inverse), 8.5f));
        int high = __float2int_rz(__fadd_rn(__fmul_rn(x[16 + i], inverse), 8.5f));
        values[i] = (uint8_t)(min(max(low, 0), 15) | min(max(high, 0), 15) << 4);
    }
}

static __device__ __forceinline__ void encodeQ8_0(const float (&x)[TILE_TOKENS], uint8_t* scale, uint8_t* values) {
    float largest = 0;
    for (int i = 0; i < TILE_TOKENS; i++) largest = fmaxf(largest, fabsf(x[i]));
    float d = __fdiv_rn(largest, 127), inverse = d == 0 ? 0 : __fdiv_rn(1, d);
    *reinterpret_cast<unsigned short*>(scale) = toHalf(d);
    for (int i = 0; i < TILE_TOKENS; i++) {
        float steps = __fmul_rn(x[i], inverse);
        int whole = __float2int_rz(steps);
        // The rest is exact, where half a step more would be rounded.
        float rest = steps - (float)whole;
        int q = whole + (rest >= 0.5f) - (rest <= -0.5f);
        values[i] = (uint8_t)min(max(q, -127), 127);
    }
}

/// Quantizes a tile; element(t, c) is channel c of its token t as F16 keeps it.
template <class F> static __device__ __forceinline__ void quantize(const KvHead& at, const KvSide& side, int tile, F element) {
    uint8_t* page = at.inPage(side, tile / PAGE_TILES);
    int dim = (int)side.dim, valueBytes = side.type == Q4_0_TYPE ? 16 : 32;
    uint8_t* to = page + side.mean + tile % PAGE_TILES * dim * (2 + valueBytes);
    for (int block = threadIdx.x; block < dim; block += THREADS) {
        float x[TILE_TOKENS];
        // A block of K is a channel of 32 tokens; one of V lies as V lies in memory.
        int t = side.mean ? 0 : block * 32 / dim, c = side.mean ? block : block * 32 % dim;
#pragma unroll
        for (int i = 0; i < TILE_TOKENS; i++) {
            x[i] = element(t, c);
            if (side.mean) {
                t++;
            } else if (++c == dim) {
                c = 0;
                t++;
            }
        }
        if (side.mean) {
            unsigned short* mean = reinterpret_cast<unsigned short*>(page + block * 2);
            if (tile % PAGE_TILES == 0) *mean = meanOf(x);
            float common = loadHalf(page + block * 2);
#pragma unroll
            for (int i = 0; i < TILE_TOKENS; i++) x[i] -= common;
        }
        uint8_t* values = to + dim * 2 + block * valueBytes;
        if (side.type == Q4_0_TYPE) {
            encodeQ4_0(x, to + block * 2, values);
        } else {
            encodeQ8_0(x, to + block * 2, values);
        }
    }
}

/// New tokens `from` to `to`, exclusive, of one head as they are, at `dst`.
static __device__ __forceinline__ void copyRows(
        uint8_t* dst, const KvHead& at, const KvSide& side, const float* rows, int from, int to) {
    int dim = (int)side.dim, type = isTiled(side) ? F16_TYPE : (int)side.type;
    for (int i = threadIdx.x; i < (to - from) * dim; i += THREADS) {
        float x = rows[((from + i / dim - at.span().position) * at.span().heads + at.head) * dim + i % dim];
        if (type == F32_TYPE) {
            reinterpret_cast<float*>(dst)[i] = x;
        } else {
            reinterpret_cast<unsigned short*>(dst)[i] = type == F16_TYPE ? toHalf(x) : toBrain(x);
        }
    }
}

extern "C" __global__ void __launch_bounds__(THREADS) jg_store_kv(
        const float* __restrict__ k, const float* __restrict__ v, const Word* __restrict__ table, int layer) {
    const KvSpan& span = *reinterpret_cast<const KvSpan*>(table);
    const KvSide& side = blockIdx.z == 0 ? span.keys : span.values;
    const float* rows = blockIdx.z == 0 ? k : v;
    KvHead at = {table, layer, (int)blockIdx.y};
    int firstTile = (int)span.firstTile, page = firstTile / PAGE_TILES + blockIdx.x, end = (int)(span.position + span.rows);
    for (int tile = max(page * PAGE_TILES, firstTile); tile < (page + 1) * PAGE_TILES; tile++) {
        int start = tile * TILE_TOKENS, from = max(start, (int)span.position), to = min(start + TILE_TOKENS, end);
        if (start >= end) return;
        if (!isTiled(side)) {
            int vectorBytes = (int)side.dim * (side.type == F32_TYPE ? 4 : 2);
            if (from < to) copyRows(at.inPage(side, page) + from % PAGE_TOKENS * vectorBytes, at, side, rows, from, to);
            continue;
        }
        bool leaves = start >= span.tailStart && start < span.nextTail;
        // A tile that came whole and leaves at once never waits; the sink stays in F16 beside its quantized form.
        bool waits = !leaves || start < span.position || (tile == 0 && span.sink);
        if (waits && from < to) {
            copyRows(at.inRecentTile(side, tile) + from % TILE_TOKENS * side.dim * 2, at, side, rows, from, to);
        }
        if (!leaves) continue;
        if (waits) {
            __syncthreads();  // others wrote parts of the tile
            const uint8_t* recent = at.inRecentTile(side, tile);
            quantize(at, side, tile, [&](int t, int c) { return loadHalf(recent + (t * (int)side.dim + c) * 2); });
        } else {
            const float* first = rows + ((start - span.position) * span.heads + at.head) * side.dim;
            Word stride = span.heads * side.dim;
            quantize(at, side, tile, [&](int t, int c) { return roundToHalf(first[t * stride + c]); });
        }
    }
}
