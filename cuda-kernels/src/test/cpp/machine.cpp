// Runs the blocks of a launch. What makes it fast, and what keeps it exact:
//
// Decoded once. The parser leaves an array of instructions for each kernel, each with the address of the function that runs it
// and the places of its operands in the warp's registers; nothing is looked up by name or tested for its kind afterwards but
// whether an instruction is plain, which most are.
//
// 32 lanes at a time. A register of a warp is an array of 32 numbers, and a function computes all of them in a loop of fixed
// length that the compiler turns into vector instructions of the machine it builds on (-O3 -march=native); see setLanes. The
// mask of active lanes decides which results are kept, not which are computed. Only accesses to memory and functions of the C
// library go lane by lane, and even accesses are checked for all lanes at once; lanes are looked at one by one where something
// is wrong.
//
// Divergence. A warp runs one group of lanes at an address; others wait in `others`. Those at the lowest address go first, so
// that they meet again where paths join: at labels and behind branches, where a running group looks whether it is to wait. A
// warp whose lanes are all together looks at nothing.
//
// Counting. Instructions between two looks are a stretch, and a stretch is counted by its ends: one more run begins here, one
// ends there. Sums over the kernel at the end of a launch give how often each instruction ran. Active lanes are those of the
// group times the length, less those that guards held back. Accesses are tallied in the block and added to the allocations
// when the launch ends, since two threads adding to the same figure would wait for each other.
//
// Blocks on several cores. Threads take one block after the other; see crew.h.
#include "machine.h"

#include <algorithm>

namespace ptx {
namespace {
constexpr u64 MOST_INSTRUCTIONS = 2000000000ull;  // of one block: beyond, a kernel counts as one that never ends

void put(Warp& w, s32 pc, u32 mask, Lanes::State state) {
    if (!mask) return;
    for (Lanes& g : w.others) {
        if (g.pc == pc && g.state == state) {
            g.mask |= mask;
            return;
        }
    }
    w.others.push_back({pc, mask, state});
}

/// Takes all waiting lanes at `pc` in `state`.
u32 take(Warp& w, s32 pc, Lanes::State state) {
    for (size_t k = 0; k < w.others.size(); k++) {
        if (w.others[k].pc == pc && w.others[k].state == state) {
            u32 mask = w.others[k].mask;
            w.others.erase(w.others.begin() + long(k));
            return mask;
        }
    }
    return 0;
}

/// Makes the lowest ready lanes the running ones; false where none is ready.
bool pick(Warp& w) {
    const Lanes* best = nullptr;
    for (const Lanes& g : w.others) {
        if (g.state == Lanes::READY && (!best || g.pc < best->pc)) best = &g;
    }
    if (!best) return false;
    w.pc = best->pc;
    w.mask = take(w, w.pc, Lanes::READY);
    return true;
}

/// Lanes that a collective instruction names; all 32 for those that work on the whole warp.
u32 needed(Warp& w, const Instruction& i, u32 mask) {
    if (i.group == Group::MMA || i.space == Space::SHARED) return 0xffffffffu;
    return w.lanes<u32>(i.at[i.count - 1])[__builtin_ctz(mask)] & w.live;
}

/// One instruction that is not plain: afterwards `pick` finds who goes on.
void special(Warp& w, const Instruction& i, u32 mask) {
    const s32 next = w.pc + 1;
    switch (i.kind) {
        case Kind::BRANCH:
            if (mask != 0 && mask != w.mask) w.block->counters.divergences++;
            put(w, next, w.mask & ~mask, Lanes::READY);
            put(w, i.target, mask, Lanes::READY);
            return;
        case Kind::EXIT:
            w.live &= ~mask;
            put(w, next, w.mask & ~mask, Lanes::READY);
            return;
        case Kind::BARRIER:
            put(w, next, w.mask & ~mask, Lanes::READY);
            put(w, w.pc, mask, Lanes::AT_BARRIER);
            return;
        default: break;
    }
    if (mask == 0) {
        put(w, next, w.mask, Lanes::READY);
        return;
    }
    const u32 all = mask | take(w, w.pc, Lanes::AT_COLLECTIVE);
    put(w, next, w.mask & ~mask, Lanes::READY);
    if ((needed(w, i, all) & ~all) != 0) {
        put(w, w.pc, all, Lanes::AT_COLLECTIVE);
        return;
    }
    i.run(w, i, all);
    put(w, next, all, Lanes::READY);
    return;
}

/// A branch or a collective instruction that all running lanes take together, with no others about: they go on at once.
bool together(Warp& w, const Instruction& i, u32 mask) {
    if (!w.others.empty() || (mask != 0 && mask != w.mask)) return false;
    if (mask == 0) {
        w.pc++;
        return true;
    }
    if (i.kind == Kind::BRANCH) {
        w.pc = i.target;
        return true;
    }
    if (i.kind != Kind::COLLECTIVE || (needed(w, i, mask) & ~mask) != 0) return false;
    i.run(w, i, mask);
    w.pc++;
    return true;
}

inline u32 guarded(Warp& w, const Instruction& i, u32 mask) {
    if (i.guard < 0) return mask;
    const u32 p = w.predicate(u32(i.guard));
    return mask & (i.negated ? ~p : p);
}

/// Runs the lanes of w.mask until all of them end or wait, or until others may join them.
void runLanes(Warp& w) {
    Block& b = *w.block;
    const Instruction* const code = b.kernel->code.data();
    const u32 mask = w.mask;
    const bool alone = w.others.empty();
    for (;;) {
        const s32 first = w.pc;
        const Instruction* i = code + first;
        u32 idle = 0;  // lanes that a guard held back, of all instructions
        bool join = false;
        for (; i->kind == Kind::PLAIN && !join; i++) {
            const u32 active = guarded(w, *i, mask);
            if (active != mask) idle += u32(__builtin_popcount(mask & ~active));
            if (active) i->run(w, *i, active);
            join = i->beforeJoin && !alone;
        }
        const u32 active = join ? 0 : guarded(w, *i, mask);
        if (!join) idle += u32(__builtin_popcount(mask & ~active));
        w.pc = s32(i - code);
        const u32 n = u32(w.pc - first) + !join;
        b.runs[size_t(first)]++;
        b.runs[size_t(first) + n]--;
        b.spent += n;
        b.counters.threadInstructions += u64(n) * u32(__builtin_popcount(mask)) - idle;
        if (join) return put(w, w.pc, mask, Lanes::READY);
        if (!together(w, *i, active)) return special(w, *i, active);
        if (!b.fault.empty() || b.spent > MOST_INSTRUCTIONS) return put(w, w.pc, mask, Lanes::READY);
    }
}

/// Runs until every lane has ended or waits at a barrier.
void runWarp(Warp& w) {
    Block& b = *w.block;
    const Kernel& k = *b.kernel;
    while (pick(w)) {
        runLanes(w);
        if (!b.fault.empty()) return;
        if (b.spent > MOST_INSTRUCTIONS) {
            b.fail(LAUNCH_FAILED, &w, k.code[size_t(w.pc)], 0, "the kernel does not end");
            return;
        }
    }
    for (const Lanes& g : w.others) {
        if (g.state != Lanes::AT_COLLECTIVE) continue;
        b.fail(LAUNCH_FAILED, &w, k.code[size_t(g.pc)], __builtin_ctz(g.mask), "not all lanes of the mask reach an instruction of the warp");
        return;
    }
    if (w.others.size() > 1) {
        const Lanes& g = w.others[1];
        b.fail(LAUNCH_FAILED, &w, k.code[size_t(g.pc)], __builtin_ctz(g.mask), "divergent barrier: lanes of one warp wait at different ones");
    }
}

constexpr u32 BLOCK_INDEX = 6;  // of %ctaid.x, the first of three that differ between the blocks of a launch

bool isBlockIndex(const Special& s) { return s.what - BLOCK_INDEX < 3; }

void begin(Block& b) {
    const Launch& launch = *b.launch;
    const u32 threads = u32(launch.block.size());
    for (Warp& w : b.warps) {
        const u32 count = threads - w.index * WARP;
        w.live = count >= WARP ? 0xffffffffu : (1u << count) - 1;
        w.sync = 0;
        w.others.clear();
        w.copies.clear();
        memset(w.committed, 0, sizeof w.committed);
        put(w, 0, w.live, Lanes::READY);
        for (const Special& s : b.kernel->specials) {
            const u32 index[] = {b.index.x, b.index.y, b.index.z};
            if (isBlockIndex(s)) std::fill_n(w.lanes<u32>(s.at), WARP, index[s.what - BLOCK_INDEX]);
        }
    }
    memset(b.shared.data(), 0xcd, b.shared.size());
    memset(b.local.data(), 0xcd, b.local.size());
    b.beginEpoch();
    b.spent = 0;
    b.counters.blocks++;
}

/// Whether all warps wait at one barrier; then they are let go. A fault where they wait at several.
bool release(Block& b) {
    const Lanes* first = nullptr;
    for (Warp& w : b.warps) {
        if (!w.live) continue;
        const Lanes& g = w.others[0];
        if (first && first->pc != g.pc) {
            b.fail(LAUNCH_FAILED, &w, b.kernel->code[size_t(g.pc)], __builtin_ctz(g.mask), "divergent barrier: warps of one block wait at different ones");
            return false;
        }
        first = &g;
    }
    if (!first) return false;
    for (Warp& w : b.warps) {
        if (!w.live) continue;
        w.others[0].pc++;
        w.others[0].state = Lanes::READY;
        w.sync = 0;
    }
    b.counters.barriers++;
    b.beginEpoch();
    return true;
}
}  // namespace

void runBlock(Block& b) {
    begin(b);
    do {
        for (Warp& w : b.warps) {
            runWarp(w);
            if (!b.fault.empty()) return;
        }
    } while (release(b));
    for (Warp& w : b.warps) {
        if (w.copies.empty() || !b.fault.empty()) continue;
        b.fail(LAUNCH_FAILED, &w, b.kernel->code.back(), int(w.copies[0].lane), "the kernel ends before its asynchronous copies");
    }
}
}  // namespace ptx
