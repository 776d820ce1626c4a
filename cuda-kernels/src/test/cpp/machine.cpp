// Runs blocks: lanes of a warp in lock step; where they part, those at the lowest address go first, so that they meet
// again where the paths join.
#include "machine.h"

#include <mutex>
#include <thread>

namespace ptx {
const char* const GROUP_NAMES[GROUPS] = {"integer", "float", "convert", "move", "compare", "global", "shared",
                                         "param", "dp4a", "mma", "shuffle", "control", "other"};
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

/// One instruction that is not plain. True where the same lanes go on without a look at the others.
bool special(Warp& w, const Instruction& i, u32 mask) {
    const s32 next = w.pc + 1;
    switch (i.kind) {
        case Kind::BRANCH:
            if (mask != 0 && mask != w.mask) w.block->counters.divergences++;
            put(w, next, w.mask & ~mask, Lanes::READY);
            put(w, i.target, mask, Lanes::READY);
            return false;
        case Kind::EXIT:
            w.live &= ~mask;
            put(w, next, w.mask & ~mask, Lanes::READY);
            return false;
        case Kind::BARRIER:
            put(w, next, w.mask & ~mask, Lanes::READY);
            put(w, w.pc, mask, Lanes::AT_BARRIER);
            return false;
        default: break;
    }
    if (mask == 0) {
        put(w, next, w.mask, Lanes::READY);
        return false;
    }
    const u32 all = mask | take(w, w.pc, Lanes::AT_COLLECTIVE);
    put(w, next, w.mask & ~mask, Lanes::READY);
    if ((needed(w, i, all) & ~all) != 0) {
        put(w, w.pc, all, Lanes::AT_COLLECTIVE);
        return false;
    }
    i.run(w, i, all);
    put(w, next, all, Lanes::READY);
    return false;
}

/// Runs until every lane has ended or waits at a barrier.
void runWarp(Warp& w) {
    Block& b = *w.block;
    const Kernel& k = *b.kernel;
    Counters& c = b.counters;
    while (pick(w)) {
        for (;;) {
            const Instruction& i = k.code[size_t(w.pc)];
            u32 mask = w.mask;
            if (i.guard >= 0) {
                u32 p = w.predicate(u32(i.guard));
                mask &= i.negated ? ~p : p;
            }
            c.warpInstructions++;
            c.byGroup[int(i.group)]++;
            c.threadInstructions += u64(__builtin_popcount(mask));
            if (i.kind != Kind::PLAIN) {
                special(w, i, mask);
                break;
            }
            if (mask) i.run(w, i, mask);
            w.pc++;
            if (k.joins[size_t(w.pc)] && !w.others.empty()) {
                put(w, w.pc, w.mask, Lanes::READY);
                break;
            }
        }
        if (!b.fault.empty()) return;
        if (c.warpInstructions > MOST_INSTRUCTIONS) {
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

u32 special(const Launch& launch, const Block& b, u32 what, u32 thread) {
    const Dim &d = launch.block, &g = launch.grid;
    const u32 lane = thread % WARP;
    const u32 values[] = {thread % d.x, thread / d.x % d.y, thread / d.x / d.y, d.x, d.y, d.z, b.index.x, b.index.y,
                          b.index.z, g.x, g.y, g.z, lane, thread / WARP, 1u << lane, (1u << lane) - 1,
                          ((1u << lane) - 1) | 1u << lane, ~(((1u << lane) - 1) | 1u << lane), ~((1u << lane) - 1)};
    return values[what];
}

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
            for (u32 l = 0; l < WARP; l++) w.lanes<u32>(s.at)[l] = special(launch, b, s.what, w.index * WARP + l);
        }
    }
    memset(b.shared.data(), 0xcd, b.shared.size());
    memset(b.local.data(), 0xcd, b.local.size());
    b.epoch++;
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
        w.sync++;
    }
    b.counters.barriers++;
    b.epoch++;
    return true;
}

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

void prepare(Block& b, const Launch& launch) {
    const Kernel& k = *launch.kernel;
    const u32 threads = u32(launch.block.size()), warps = (threads + WARP - 1) / WARP;
    b.launch = &launch;
    b.kernel = &k;
    b.shared.assign(((k.sharedBytes + 15) & ~15u) + launch.dynamicShared, 0);
    b.shadow.assign(launch.findRaces ? b.shared.size() : 0, Shadow());
    b.local.assign(u64(threads) * k.localBytes, 0);
    b.registers.resize(u64(warps) * k.registerBytes + 64);
    u8* base = b.registers.data() + (64 - u64(b.registers.data()) % 64) % 64;
    b.warps.resize(warps);
    for (u32 q = 0; q < warps; q++) {
        b.warps[q].registers = base + u64(q) * k.registerBytes;
        b.warps[q].block = &b;
        b.warps[q].index = q;
        memcpy(b.warps[q].registers, k.initial.data(), k.registerBytes);
    }
}
}  // namespace

Outcome run(const Launch& launch, int threads) {
    Outcome outcome;
    const u64 total = launch.grid.size();
    std::atomic<u64> next{0};
    std::atomic<bool> stop{false};
    std::mutex mutex;
    auto work = [&] {
        Block b;
        prepare(b, launch);
        while (!stop) {
            const u64 n = next++;
            if (n >= total) break;
            b.index = {u32(n % launch.grid.x), u32(n / launch.grid.x % launch.grid.y), u32(n / launch.grid.x / launch.grid.y)};
            runBlock(b);
            if (!b.fault.empty()) stop = true;
        }
        std::lock_guard<std::mutex> lock(mutex);
        outcome.counters.add(b.counters);
        if (!b.fault.empty() && outcome.code == 0) outcome.code = b.faultCode, outcome.fault = b.fault;
    };
    std::vector<std::thread> others;
    for (int k = 1; k < threads && u64(k) * 4 < total; k++) others.emplace_back(work);
    work();
    for (std::thread& t : others) t.join();
    return outcome;
}
}  // namespace ptx
