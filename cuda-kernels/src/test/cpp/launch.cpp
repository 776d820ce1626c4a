// A launch: what its blocks begin with, who runs them, and the sums of what they counted.
#include <algorithm>
#include <mutex>

#include "crew.h"
#include "machine.h"

namespace ptx {
const char* const GROUP_NAMES[GROUPS] = {"integer", "float", "convert", "move", "compare", "global", "shared",
                                         "param", "dp4a", "mma", "shuffle", "control", "other"};
namespace {
/// %tid.x and so on, in the order of SPECIALS.
u32 special(const Launch& launch, u32 what, u32 thread) {
    const Dim &d = launch.block, &g = launch.grid;
    const u32 lane = thread % WARP;
    const u32 values[] = {thread % d.x, thread / d.x % d.y, thread / d.x / d.y, d.x, d.y, d.z, 0, 0,
                          0, g.x, g.y, g.z, lane, thread / WARP, 1u << lane, (1u << lane) - 1,
                          ((1u << lane) - 1) | 1u << lane, ~(((1u << lane) - 1) | 1u << lane), ~((1u << lane) - 1)};
    return values[what];
}

void setConstant(Warp& w, const Constant& c) {
    switch (c.width) {
        case 0: w.predicate(c.at) = c.value ? ALL_LANES : 0; break;
        case 2: std::fill_n(w.lanes<u16>(c.at), WARP, u16(c.value)); break;
        case 4: std::fill_n(w.lanes<u32>(c.at), WARP, u32(c.value)); break;
        default: std::fill_n(w.lanes<u64>(c.at), WARP, c.value); break;
    }
}

/// Other registers keep what they had: no kernel may read one that it has not set.
void prepare(Block& b, const Launch& launch) {
    const Kernel& k = *launch.kernel;
    const u32 threads = u32(launch.block.size()), warps = (threads + WARP - 1) / WARP;
    b.launch = &launch;
    b.kernel = &k;
    b.shared.resize(((k.sharedBytes + 15) & ~15u) + launch.dynamicShared);
    if (launch.findRaces && b.writes4.size() * 4 <= b.shared.size()) {
        b.writes4.resize(b.shared.size() / 4 + 1);
        b.reads4.resize(b.writes4.size());
    }
    b.local.resize(u64(threads) * k.localBytes);
    b.patterns.assign(k.slots, Pattern());
    b.runs.assign(k.code.size() + 1, 0);
    b.counters = Counters();
    b.reads = b.writes = Tally();
    b.fault.clear();
    b.registers.resize(u64(warps) * k.registerBytes + 64);
    u8* base = b.registers.data() + (64 - u64(b.registers.data()) % 64) % 64;
    b.warps.resize(warps);
    for (u32 q = 0; q < warps; q++) {
        b.warps[q].registers = base + u64(q) * k.registerBytes;
        b.warps[q].block = &b;
        b.warps[q].index = q;
        for (const Constant& c : k.constants) setConstant(b.warps[q], c);
        for (const Special& s : k.specials) {
            for (u32 l = 0; l < WARP; l++) b.warps[q].lanes<u32>(s.at)[l] = special(launch, s.what, q * WARP + l);
        }
    }
}

/// Adds up what a launch's blocks counted.
void finish(Block& b) {
    const Kernel& k = *b.kernel;
    Counters& c = b.counters;
    u64 n = 0;
    for (size_t pc = 0; pc < k.code.size(); pc++) {
        n += b.runs[pc];
        c.warpInstructions += n;
        c.byGroup[int(k.code[pc].group)] += n;
    }
    b.settle();
    b.launch->reads->add(b.reads);
    b.launch->writes->add(b.writes);
}
}  // namespace

void Block::beginEpoch() {
    if (++epoch < 1ull << 28) return;  // what a mark has room for
    for (auto* marks : {&writes4, &reads4, &writes1, &reads1}) std::fill(marks->begin(), marks->end(), 0);
    epoch = 1;
}

Outcome run(const Launch& launch, int threads) {
    Outcome outcome;
    const u64 total = launch.grid.size();
    std::atomic<u64> next{0};
    std::atomic<bool> stop{false};
    std::mutex mutex;
    auto work = [&](Block& b) {
        prepare(b, launch);
        while (!stop) {
            const u64 n = next++;
            if (n >= total) break;
            b.index = {u32(n % launch.grid.x), u32(n / launch.grid.x % launch.grid.y), u32(n / launch.grid.x / launch.grid.y)};
            runBlock(b);
            if (!b.fault.empty()) stop = true;
        }
        finish(b);
        std::lock_guard<std::mutex> lock(mutex);
        outcome.counters.add(b.counters);
        if (!b.fault.empty() && outcome.code == 0) outcome.code = b.faultCode, outcome.fault = b.fault;
    };
    crew().run(threads > 1 && total > 1 ? threads : 1, work);
    return outcome;
}
}  // namespace ptx
