// y[token][row] = scales[token] sum_k w[row][k] (high[token][k] + low[token][k] / 2048) for many tokens on tensor cores: w F16
// [rows, columns] as in the file, activations as jg_split_rows leaves them, two F16 for 22 bits; sums are F32. Columns are a multiple of 8, w
// lies at a multiple of 16 bytes.
// Grid: (rows / 64 rounded up, tokens / 128 rounded up). Block: 8 warps of 32 rows and 32 tokens each. A stage is 32 elements;
// while it is multiplied, the next is on its way in registers. Shared memory: 20 KiB; the four pieces of eight elements of a row
// change places from two rows to the next two, so that neither writing nor reading queues at a bank.
#include "half.cuh"
#include "mma.cuh"

#define THREADS 256
#define ROWS 64
#define TOKENS 128
#define STEP 32
#define ROW_TILES 2      // of 16 rows, of a warp
#define TOKEN_TILES 4    // of 8 tokens, of a warp
#define ACTIVATIONS 4    // pieces of 8 elements that a thread brings

struct Stage {
    unsigned short w[ROWS][STEP], x[2][TOKENS][STEP];  // x: high, low
};

/// Eight elements of a row, zero where there are none.
static __device__ __forceinline__ uint4 eight(const unsigned short* from, int row, int rows, int k, int columns) {
    if (row >= rows || k >= columns) return make_uint4(0, 0, 0, 0);
    return *reinterpret_cast<const uint4*>(from + (size_t)row * columns + k);
}

/// Where element k of a row lies.
static __device__ __forceinline__ int place(int row, int k) {
    return (k / 8 ^ row / 2 % 4) * 8 + k % 8;
}

static __device__ __forceinline__ uint32_t word(const unsigned short (*rows)[STEP], int row, int k) {
    return *reinterpret_cast<const uint32_t*>(&rows[row][place(row, k)]);
}

extern "C" __global__ void __launch_bounds__(THREADS) jg_matmul_halves(
        float* __restrict__ y, const unsigned short* __restrict__ w, const unsigned short* __restrict__ high,
        const unsigned short* __restrict__ low, const float* __restrict__ scales, int rows, int columns, int tokens) {
    __shared__ __align__(16) Stage s;
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32, g = lane / 4, t = lane % 4;
    int row = blockIdx.x * ROWS, token = blockIdx.y * TOKENS;
    int ownRow = warp % 2 * 32, ownToken = warp / 2 * 32;
    int part = threadIdx.x % 4 * 8, at = threadIdx.x / 4;
    uint4 nextW, nextX[ACTIVATIONS];
    auto bring = [&](int k) {
        nextW = eight(w, row + at, rows, k + part, columns);
#pragma unroll
        for (int i = 0; i < ACTIVATIONS; i++) {
            nextX[i] = eight(i < 2 ? high : low, token + at + i % 2 * 64, tokens, k + part, columns);
        }
    };
    float sums[2][ROW_TILES][TOKEN_TILES][4] = {};
    bring(0);
    for (int k = 0; k < columns; k += STEP) {
        __syncthreads();
        *reinterpret_cast<uint4*>(&s.w[at][place(at, part)]) = nextW;
#pragma unroll
        for (int i = 0; i < ACTIVATIONS; i++) *reinterpret_cast<uint4*>(&s.x[i / 2][at + i % 2 * 64][place(at, part)]) = nextX[i];
        __syncthreads();
        if (k + STEP < columns) bring(k + STEP);
#pragma unroll
        for (int half = 0; half < STEP; half += 16) {
            uint32_t a[ROW_TILES][4];
#pragma unroll
            for (int r = 0; r < ROW_TILES; r++) {
#pragma unroll
                for (int i = 0; i < 4; i++) a[r][i] = word(s.w, ownRow + r * 16 + g + i % 2 * 8, half + 2 * t + i / 2 * 8);
            }
#pragma unroll
            for (int p = 0; p < 2; p++) {
#pragma unroll
                for (int n = 0; n < TOKEN_TILES; n++) {
                    uint32_t b0 = word(s.x[p], ownToken + n * 8 + g, half + 2 * t);
                    uint32_t b1 = word(s.x[p], ownToken + n * 8 + g, half + 2 * t + 8);
#pragma unroll
                    for (int r = 0; r < ROW_TILES; r++) mmaFloat(sums[p][r][n], a[r], b0, b1);
                }
            }
        }
    }
#pragma unroll
    for (int n = 0; n < TOKEN_TILES; n++) {
#pragma unroll
        for (int i = 0; i < 2; i++) {
            int to = token + ownToken + n * 8 + 2 * t + i;
            if (to >= tokens) continue;
            float scale = scales[to];
#pragma unroll
            for (int r = 0; r < ROW_TILES * 2; r++) {
                int of = row + ownRow + r * 8 + g, k = i + r % 2 * 2;
                float sum = sums[0][r / 2][n][k] + sums[1][r / 2][n][k] * (1 / LOW_UNITS);
                if (of < rows) y[(size_t)to * rows + of] = sum * scale;
            }
        }
    }
}
