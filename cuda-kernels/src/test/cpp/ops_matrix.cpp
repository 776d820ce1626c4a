// mma (PTX ISA, "Warp Level Matrix Multiply-Accumulate Instructions"): D = A B + C, A row by row, B column by column.
// With g = lane / 4 and t = lane % 4, of one register each: rows g and g + 8 of A and D, column g of B, and along k the
// elements that fill 32 bits at position t; further registers lie half of k (A, B) or 8 rows (A, D) on.
//
// A register holds two factors of a product a lane: halves as they are, of bytes two pairs, since what is summed in 32 bits
// may be summed in any order. Halves multiply exactly in F32, so a fused multiply-add rounds as a product and a sum do.
#include <immintrin.h>

#include "ops.h"

namespace ptx {
namespace {
constexpr int COLUMNS = 8;

#if defined(__AVX2__) && defined(__FMA__)
using Floats = __m256;
using Pairs = __m256i;
inline Floats columns(const f32* p) { return _mm256_load_ps(p); }
inline Pairs columns(const u32* p) { return _mm256_load_si256(reinterpret_cast<const __m256i*>(p)); }
inline Floats multiplyAdd(f32 a, Floats b, Floats sum) { return _mm256_fmadd_ps(_mm256_set1_ps(a), b, sum); }
inline Pairs multiplyAdd(u32 a, Pairs b, Pairs sum) { return _mm256_add_epi32(_mm256_madd_epi16(_mm256_set1_epi32(int(a)), b), sum); }
#else
template <class T> struct Columns {
    T v[COLUMNS];
};
using Floats = Columns<f32>;
using Pairs = Columns<u32>;
template <class T> Columns<T> columns(const T* p) {
    Columns<T> c;
    memcpy(c.v, p, sizeof c.v);
    return c;
}
inline f32 product(f32 a, f32 b) { return a * b; }
inline u32 product(u32 a, u32 b) { return u32(s16(a) * s16(b) + s16(a >> 16) * s16(b >> 16)); }
template <class T> Columns<T> multiplyAdd(T a, Columns<T> b, Columns<T> sum) {
    for (int c = 0; c < COLUMNS; c++) sum.v[c] += product(a, b.v[c]);
    return sum;
}
#endif

struct F16 {
    using Factor = f32;
    using Sums = Floats;
    static constexpr int PER_REGISTER = 2;
    static f32 factor(u32 word, int k) { return halfToFloat(u16(word >> (16 * k))); }
};
/// Bytes as pairs of numbers of 16 bits.
template <class T> struct Bytes {
    using Factor = u32;
    using Sums = Pairs;
    static constexpr int PER_REGISTER = 4;
    static u32 factor(u32 word, int k) { return u32(u16(s16(T(word >> (16 * k))))) | u32(s16(T(word >> (16 * k + 8)))) << 16; }
};

/// Operands: D, A, B, C. M rows, 8 columns, K long. Each sum adds its products in the order of k, and C at last.
template <class TA, class TB, int M, int K> void multiply(Warp& w, const Instruction& i, u32) {
    using Factor = typename TA::Factor;
    using Sums = typename TA::Sums;
    constexpr int rows = M / 8, halves = K / (4 * TA::PER_REGISTER), nD = 2 * rows, nA = rows * halves, nB = halves;
    alignas(64) Factor a[nA][2][WARP], b[nB][2][4][COLUMNS];
    for (int q = 0; q < nA; q++) {
        const u32* words = w.lanes<u32>(i.at[nD + q]);
        for (int k = 0; k < 2; k++) {
            for (int l = 0; l < WARP; l++) a[q][k][l] = TA::factor(words[l], k);
        }
    }
    for (int q = 0; q < nB; q++) {
        const u32* words = w.lanes<u32>(i.at[nD + nA + q]);
        for (int k = 0; k < 2; k++) {
            alignas(64) Factor lanes[WARP];
            for (int l = 0; l < WARP; l++) lanes[l] = TB::factor(words[l], k);
            for (int t = 0; t < 4; t++) {
                for (int g = 0; g < COLUMNS; g++) b[q][k][t][g] = lanes[4 * g + t];
            }
        }
    }
    Sums sums[M] = {};
    for (int q = 0; q < halves; q++) {
        for (int t = 0; t < 4; t++) {
            for (int k = 0; k < 2; k++) {
                const Sums column = columns(b[q][k][t]);
#pragma GCC unroll 16
                for (int row = 0; row < M; row++) sums[row] = multiplyAdd(a[q * rows + row / 8][k][row % 8 * 4 + t], column, sums[row]);
            }
        }
    }
    // Row g, columns 2 t and 2 t + 1 belong to lane 4 g + t.
    alignas(64) Factor d[M * COLUMNS];
    memcpy(d, sums, sizeof d);
    for (int q = 0; q < nD; q++) {
        const Factor* c = w.lanes<Factor>(i.at[nD + nA + nB + q]);
        Factor* to = w.lanes<Factor>(i.at[q]);
        const Factor* from = d + q / 2 * 8 * COLUMNS + q % 2;
#pragma GCC ivdep
        for (int l = 0; l < WARP; l++) to[l] = c[l] + from[2 * l];
    }
    w.block->counters.mmaMultiplyAdds += u64(M) * 8 * K;
}
}  // namespace

void addMatrices(Spellings& s) {
    const auto g = Group::MMA;
    const auto k = Kind::COLLECTIVE;
    const std::string mma = "mma.sync.aligned.";
    s.add(mma + "m16n8k8.row.col.f32.f16.f16.f32", std::string(11, 'w'), multiply<F16, F16, 16, 8>, g, k);
    s.add(mma + "m16n8k16.row.col.f32.f16.f16.f32", std::string(14, 'w'), multiply<F16, F16, 16, 16>, g, k);
    s.add(mma + "m8n8k16.row.col.s32.s8.s8.s32", std::string(6, 'w'), multiply<Bytes<s8>, Bytes<s8>, 8, 16>, g, k);
    s.add(mma + "m16n8k16.row.col.s32.s8.s8.s32", std::string(11, 'w'), multiply<Bytes<s8>, Bytes<s8>, 16, 16>, g, k);
    s.add(mma + "m16n8k32.row.col.s32.s8.s8.s32", std::string(14, 'w'), multiply<Bytes<s8>, Bytes<s8>, 16, 32>, g, k);
    s.add(mma + "m16n8k32.row.col.s32.u8.s8.s32", std::string(14, 'w'), multiply<Bytes<u8>, Bytes<s8>, 16, 32>, g, k);
}
}  // namespace ptx
