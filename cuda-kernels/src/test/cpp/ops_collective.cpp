// What lanes of a warp do together: shuffles, votes, reductions, barriers (PTX ISA, "Parallel Synchronization").
#include "ops.h"

namespace ptx {
namespace {
enum class Shuffle { BFLY, DOWN, UP, IDX };

/// Operands: d, p, a, b, c, member mask. c: clamp in bits 0..4, segment mask in bits 8..12.
template <Shuffle mode> void shuffle(Warp& w, const Instruction& i, u32 mask) {
    const u32 *a = w.lanes<u32>(i.at[2]), *by = w.lanes<u32>(i.at[3]), *limits = w.lanes<u32>(i.at[4]);
    alignas(64) s32 source[WARP], inside[WARP];
    for (int l = 0; l < WARP; l++) {
        const int b = int(by[l] & 31), segment = int(limits[l] >> 8 & 31), clamp = int(limits[l] & 31);
        const int most = (l & segment) | (clamp & ~segment), least = l & segment;
        int from = mode == Shuffle::UP ? l - b : mode == Shuffle::DOWN ? l + b : mode == Shuffle::BFLY ? l ^ b : least | (b & ~segment);
        const bool ok = mode == Shuffle::UP ? from >= most : from <= most;
        source[l] = ok ? from : l;
        inside[l] = ok;
    }
    const u32 missing = mask == ALL_LANES ? 0 : mask & lanesWhere([&](int l) { return (mask >> source[l] & 1) == 0; });
    if (missing) {
        w.block->fail(LAUNCH_FAILED, &w, i, __builtin_ctz(missing), "shuffle from a lane that does not take part");
        return;
    }
    alignas(64) u32 values[WARP];
    for (int l = 0; l < WARP; l++) values[l] = a[source[l]];
    setLanes(w.lanes<u32>(i.at[0]), mask, [&](int l) { return values[l]; });
    const u32 valid = lanesWhere([&](int l) { return inside[l] != 0; });
    u32& p = w.predicate(i.at[1]);
    p = (p & ~mask) | (valid & mask);
}

void setPredicate(Warp& w, const Instruction& i, u32 mask, bool value) {
    u32& p = w.predicate(i.at[0]);
    p = value ? p | mask : p & ~mask;
}
void voteAll(Warp& w, const Instruction& i, u32 mask) { setPredicate(w, i, mask, (w.mine(i, 1) & mask) == mask); }
void voteAny(Warp& w, const Instruction& i, u32 mask) { setPredicate(w, i, mask, (w.mine(i, 1) & mask) != 0); }
void voteUni(Warp& w, const Instruction& i, u32 mask) {
    u32 p = w.mine(i, 1) & mask;
    setPredicate(w, i, mask, p == 0 || p == mask);
}
void ballot(Warp& w, const Instruction& i, u32 mask) {
    const u32 p = w.mine(i, 1) & mask;
    eachLane(mask, [&](int l) { w.lanes<u32>(i.at[0])[l] = p; });
}
void activeMask(Warp& w, const Instruction& i, u32 mask) {
    eachLane(mask, [&](int l) { w.lanes<u32>(i.at[0])[l] = mask; });
}

/// redux.sync: d, a, member mask.
template <class T, class F> void reduce(Warp& w, const Instruction& i, u32 mask, F f) {
    const T* a = w.lanes<T>(i.at[1]);
    T sum = a[__builtin_ctz(mask)];
    eachLane(mask & (mask - 1), [&](int l) { sum = f(sum, a[l]); });
    eachLane(mask, [&](int l) { w.lanes<T>(i.at[0])[l] = sum; });
}
#define REDUX(name, T, ...)                                                                               \
    s.add("redux.sync." name, "www",                                                                      \
          [](Warp& w, const Instruction& i, u32 m) { reduce<T>(w, i, m, [](T a, T b) { return T(__VA_ARGS__); }); }, g, k)

void nothing(Warp&, const Instruction&, u32) {}

/// bar.warp.sync orders what the lanes did to memory before it.
void warpBarrier(Warp& w, const Instruction& i, u32 mask) {
    if (++w.sync == 1u << 24) w.block->fail(LAUNCH_FAILED, &w, i, __builtin_ctz(mask), "more warp barriers between two of the block than can be told apart");
}

/// ldmatrix: each 8x8 matrix of 16-bit elements comes from 8 rows of 16 bytes, whose addresses lanes 8j..8j+7 hold.
template <int matrices, bool transposed> void loadMatrix(Warp& w, const Instruction& i, u32 mask) {
    u64 a[WARP] = {};
    const u32 rows = matrices == 4 ? 0xffffffffu : (1u << (8 * matrices)) - 1;
    for (int l = 0; l < 8 * matrices; l++) a[l] = w.bits(i, matrices, l) + u64(i.offset);
    if (!touchShared(w, i, rows, a, 16, Use::READ)) return;
    const u8* shared = w.block->shared.data();
    for (int j = 0; j < matrices; j++) {
        eachLane(mask, [&](int l) {
            u16 e[2];
            for (int k = 0; k < 2; k++) {
                int row = transposed ? 2 * (l % 4) + k : l / 4, column = transposed ? l / 4 : 2 * (l % 4) + k;
                memcpy(&e[k], shared + a[8 * j + row] + 2 * column, 2);
            }
            w.lanes<u32>(i.at[j])[l] = u32(e[1]) << 16 | e[0];
        });
    }
}
}  // namespace

void addCollectives(Spellings& s) {
    const auto k = Kind::COLLECTIVE;
    auto g = Group::SHUFFLE;
    s.add("shfl.sync.bfly.b32", "wpwwww", shuffle<Shuffle::BFLY>, g, k);
    s.add("shfl.sync.down.b32", "wpwwww", shuffle<Shuffle::DOWN>, g, k);
    s.add("shfl.sync.up.b32", "wpwwww", shuffle<Shuffle::UP>, g, k);
    s.add("shfl.sync.idx.b32", "wpwwww", shuffle<Shuffle::IDX>, g, k);
    s.add("vote.sync.all.pred", "ppw", voteAll, g, k);
    s.add("vote.sync.any.pred", "ppw", voteAny, g, k);
    s.add("vote.sync.uni.pred", "ppw", voteUni, g, k);
    s.add("vote.sync.ballot.b32", "wpw", ballot, g, k);
    s.add("activemask.b32", "w", activeMask, g);
    REDUX("add.s32", u32, a + b);
    REDUX("add.u32", u32, a + b);
    REDUX("min.s32", s32, a < b ? a : b);
    REDUX("max.s32", s32, a > b ? a : b);
    REDUX("min.u32", u32, a < b ? a : b);
    REDUX("max.u32", u32, a > b ? a : b);
    REDUX("and.b32", u32, a & b);
    REDUX("or.b32", u32, a | b);
    REDUX("xor.b32", u32, a ^ b);
    g = Group::CONTROL;
    s.add("bar.warp.sync", "w", warpBarrier, g, k);
    s.add("bar.sync", "", nothing, g, Kind::BARRIER);
    s.add("barrier.sync", "", nothing, g, Kind::BARRIER);
    s.add("bra", "", nothing, g, Kind::BRANCH);
    s.add("ret", "", nothing, g, Kind::EXIT);
    s.add("exit", "", nothing, g, Kind::EXIT);
    for (const char* fence : {"membar.cta", "membar.gl", "membar.sys", "fence.acq_rel.cta", "fence.acq_rel.gpu", "fence.sc.gpu"}) {
        s.add(fence, "", nothing, g);
    }
    g = Group::SHARED;
    const std::string name = "ldmatrix.sync.aligned.m8n8.";
    s.add(name + "x1.shared.b16", "wa", loadMatrix<1, false>, g, k, Space::SHARED);
    s.add(name + "x2.shared.b16", "wwa", loadMatrix<2, false>, g, k, Space::SHARED);
    s.add(name + "x4.shared.b16", "wwwwa", loadMatrix<4, false>, g, k, Space::SHARED);
    s.add(name + "x1.trans.shared.b16", "wa", loadMatrix<1, true>, g, k, Space::SHARED);
    s.add(name + "x2.trans.shared.b16", "wwa", loadMatrix<2, true>, g, k, Space::SHARED);
    s.add(name + "x4.trans.shared.b16", "wwwwa", loadMatrix<4, true>, g, k, Space::SHARED);
}
}  // namespace ptx
