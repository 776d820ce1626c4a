// mma (PTX ISA, "Warp Level Matrix Multiply-Accumulate Instructions"): D = A B + C, A row by row, B column by column.
// With g = lane / 4 and t = lane % 4, of one register each: rows g and g + 8 of A and D, column g of B, and along k the
// elements that fill 32 bits at position t; further registers lie half of k (A, B) or 8 rows (A, D) on.
#include "ops.h"

namespace ptx {
namespace {
struct F16 {
    using Sum = f32;
    static constexpr int PER_REGISTER = 2;
    static f32 element(u32 word, int k) { return halfToFloat(u16(word >> (16 * k))); }
};
struct S8 {
    using Sum = s32;
    static constexpr int PER_REGISTER = 4;
    static s32 element(u32 word, int k) { return s8(word >> (8 * k)); }
};
struct U8 {
    using Sum = s32;
    static constexpr int PER_REGISTER = 4;
    static s32 element(u32 word, int k) { return u8(word >> (8 * k)); }
};

/// Operands: D, A, B, C. M rows, 8 columns, K long.
template <class TA, class TB, int M, int K> void multiply(Warp& w, const Instruction& i, u32) {
    using Sum = typename TA::Sum;
    constexpr int per = TA::PER_REGISTER, rows = M / 8, halves = K / (4 * per), nD = 2 * rows, nA = rows * halves, nB = halves;
    static Sum const zero{};
    Sum a[M][K], b[8][K];
    for (int l = 0; l < WARP; l++) {
        const int g = l / 4, t = l % 4;
        for (int q = 0; q < nA; q++) {
            const u32 word = w.lanes<u32>(i.at[nD + q])[l];
            const int row = g + q % rows * 8, k0 = t * per + q / rows * 4 * per;
            for (int k = 0; k < per; k++) a[row][k0 + k] = TA::element(word, k);
        }
        for (int q = 0; q < nB; q++) {
            const u32 word = w.lanes<u32>(i.at[nD + nA + q])[l];
            for (int k = 0; k < per; k++) b[g][t * per + q * 4 * per + k] = TB::element(word, k);
        }
    }
    Sum d[M][8];
    for (int row = 0; row < M; row++) {
        for (int column = 0; column < 8; column++) {
            Sum sum = zero;
            for (int k = 0; k < K; k++) sum += a[row][k] * b[column][k];
            d[row][column] = sum;
        }
    }
    for (int l = 0; l < WARP; l++) {
        for (int q = 0; q < nD; q++) {
            const Sum c = w.lanes<Sum>(i.at[nD + nA + nB + q])[l];
            w.lanes<Sum>(i.at[q])[l] = c + d[l / 4 + q / 2 * 8][2 * (l % 4) + q % 2];
        }
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
    s.add(mma + "m8n8k16.row.col.s32.s8.s8.s32", std::string(6, 'w'), multiply<S8, S8, 8, 16>, g, k);
    s.add(mma + "m16n8k16.row.col.s32.s8.s8.s32", std::string(11, 'w'), multiply<S8, S8, 16, 16>, g, k);
    s.add(mma + "m16n8k32.row.col.s32.s8.s8.s32", std::string(14, 'w'), multiply<S8, S8, 16, 32>, g, k);
    s.add(mma + "m16n8k32.row.col.s32.u8.s8.s32", std::string(14, 'w'), multiply<U8, S8, 16, 32>, g, k);
}
}  // namespace ptx
