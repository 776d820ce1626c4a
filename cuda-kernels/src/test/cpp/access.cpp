// What is checked and counted at each access: bounds, alignment, sectors, bank conflicts, races.
#include <algorithm>
#include <cstdio>

#include "machine.h"

namespace ptx {
void Block::fail(int code, const Warp* w, const Instruction& i, int lane, const std::string& why) {
    if (!fault.empty()) return;
    char where[512];
    u32 t = w ? thread(*w, lane) : 0;
    const Dim& d = launch->block;
    snprintf(where, sizeof where, "%s in kernel %s, block (%u,%u,%u), thread (%u,%u,%u), PTX line %u: %s", why.c_str(),
             kernel->name.c_str(), index.x, index.y, index.z, t % d.x, t / d.x % d.y, t / d.x / d.y, i.line,
             kernel->text[&i - kernel->code.data()].c_str());
    fault = where;
    faultCode = code;
}

namespace {
std::string hex(u64 v) {
    char s[32];
    snprintf(s, sizeof s, "0x%llx", static_cast<unsigned long long>(v));
    return s;
}

Allocation* find(Block& b, u64 address, u32 bytes, std::string& why) {
    for (Allocation* a : b.recent) {
        if (a && address >= a->base && address + bytes <= a->base + a->size) return a;
    }
    Allocation* a = b.launch->memory->find(address, why);
    if (a && address + bytes > a->base + a->size) {
        why = "access beyond the end of an allocation";
        return nullptr;
    }
    if (a) b.recent[b.nextRecent++ % 4] = a;
    return a;
}

void count(Traffic& t, u64 bytes, u32 lanes, u64 sectors, u64 fresh) {
    t.requests.fetch_add(1, std::memory_order_relaxed);
    if (bytes == 16) t.wideRequests.fetch_add(1, std::memory_order_relaxed);
    t.bytes.fetch_add(bytes * lanes, std::memory_order_relaxed);
    t.sectors.fetch_add(sectors, std::memory_order_relaxed);
    t.distinctSectors.fetch_add(fresh, std::memory_order_relaxed);
}

/// Sectors that one request touches, each once; `n` of them in `list`, ordered.
int sectorsOf(u32 mask, const u64* a, u32 bytes, u64* list) {
    int n = 0;
    eachLane(mask, [&](int l) {
        for (u64 s = a[l] / SECTOR; s <= (a[l] + bytes - 1) / SECTOR; s++) {
            if (n == 0 || list[n - 1] != s) list[n++] = s;
        }
    });
    std::sort(list, list + n);
    return int(std::unique(list, list + n) - list);
}

/// A lane that touches a sector.
int laneAt(u32 mask, const u64* a, u32 bytes, u64 sector) {
    for (u32 m = mask; m; m &= m - 1) {
        const int l = __builtin_ctz(m);
        if (a[l] / SECTOR <= sector && (a[l] + bytes - 1) / SECTOR >= sector) return l;
    }
    return __builtin_ctz(mask);
}

/// Cycles of the 32 banks: a phase serves lanes whose bytes fit 128; words of one bank queue up.
void countBanks(Block& b, u32 mask, const u64* a, u32 bytes) {
    const int phases = bytes <= 4 ? 1 : int(bytes / 4), lanes = WARP / phases;
    u32 waves = 0, ideal = 0;
    for (int p = 0; p < phases; p++) {
        u32 words[32][32];
        u32 queue[32] = {}, most = 0;
        for (int l = p * lanes; l < (p + 1) * lanes; l++) {
            if (!(mask >> l & 1)) continue;
            for (u64 word = a[l] / 4; word <= (a[l] + bytes - 1) / 4; word++) {
                u32 bank = word % 32, *q = words[bank];
                if (std::find(q, q + queue[bank], u32(word)) == q + queue[bank] && queue[bank] < 32) q[queue[bank]++] = u32(word);
                most = std::max(most, queue[bank]);
            }
        }
        waves += most;
        ideal += most > 0;
    }
    b.counters.sharedRequests++;
    b.counters.sharedWavefronts += waves;
    b.counters.bankConflicts += waves - ideal;
}

constexpr u16 SEVERAL_LANES = 0x8000, SEVERAL_WARPS = 0xffff;

/// Whether an earlier access by `who` in the same stretch between barriers is not ordered before this one.
bool unordered(const Warp& w, u64 epoch, u64 then, u32 sync, u16 who, u16 me) {
    if (then != epoch || who == me) return false;
    if (who == SEVERAL_WARPS) return true;
    u32 warp = who & SEVERAL_LANES ? who & ~SEVERAL_LANES : who / WARP;
    return warp != w.index || sync == w.sync;
}

bool race(Warp& w, Shadow& s, u16 me, Use use) {
    const u64 epoch = w.block->epoch;
    bool bad = unordered(w, epoch, s.writeEpoch, s.writeSync, s.writer, me) && !(use == Use::ATOMIC && s.atomicWrite);
    if (use == Use::READ) {
        bool again = s.readEpoch == epoch && s.reader != me;
        bool sameWarp = again && s.reader != SEVERAL_WARPS &&
                        (s.reader & SEVERAL_LANES ? u32(s.reader & ~SEVERAL_LANES) : u32(s.reader / WARP)) == w.index;
        s.reader = !again ? me : sameWarp ? u16(SEVERAL_LANES | w.index) : SEVERAL_WARPS;
        s.readEpoch = epoch;
        s.readSync = w.sync;
        return bad;
    }
    bad |= unordered(w, epoch, s.readEpoch, s.readSync, s.reader, me);
    s.writeEpoch = epoch;
    s.writeSync = w.sync;
    s.writer = me;
    s.atomicWrite = use == Use::ATOMIC;
    return bad;
}
}  // namespace

bool touchGlobal(Warp& w, const Instruction& i, u32 mask, const u64* a, u32 bytes, Use use) {
    Block& b = *w.block;
    Allocation* owner = nullptr;
    bool mixed = false;
    std::string why;
    for (u32 m = mask; m; m &= m - 1) {
        int l = __builtin_ctz(m);
        Allocation* o = find(b, a[l], bytes, why);
        if (!o) {
            b.fail(ILLEGAL_ADDRESS, &w, i, l, why + " at " + hex(a[l]));
            return false;
        }
        if (a[l] % bytes) {
            b.fail(MISALIGNED, &w, i, l, "misaligned access of " + std::to_string(bytes) + " bytes at " + hex(a[l]));
            return false;
        }
        mixed |= owner && owner != o;
        owner = o;
    }
    u64 list[WARP * 2];
    const bool write = use != Use::READ;
    const int n = sectorsOf(mask, a, bytes, list);
    u64 fresh = 0;
    for (int k = 0; k < n; k++) {
        Allocation* o = mixed ? find(b, a[laneAt(mask, a, bytes, list[k])], bytes, why) : owner;
        auto& seen = write ? o->writtenIn : o->readIn;
        u64 at = list[k] - o->base / SECTOR;
        if (seen && seen[at].exchange(b.launch->number, std::memory_order_relaxed) != b.launch->number) fresh++;
    }
    const u32 lanes = u32(__builtin_popcount(mask));
    count(write ? *b.launch->writes : *b.launch->reads, bytes, lanes, u64(n), fresh);
    if (!mixed) count(write ? owner->writes : owner->reads, bytes, lanes, u64(n), fresh);
    return true;
}

bool touchShared(Warp& w, const Instruction& i, u32 mask, const u64* a, u32 bytes, Use use) {
    Block& b = *w.block;
    for (u32 m = mask; m; m &= m - 1) {
        int l = __builtin_ctz(m);
        if (a[l] + bytes > b.shared.size() || a[l] + bytes < a[l]) {
            b.fail(ILLEGAL_ADDRESS, &w, i, l, "access beyond shared memory (" + std::to_string(b.shared.size()) + " bytes) at " + hex(a[l]));
            return false;
        }
        if (a[l] % bytes) {
            b.fail(MISALIGNED, &w, i, l, "misaligned access of " + std::to_string(bytes) + " bytes to shared memory at " + hex(a[l]));
            return false;
        }
    }
    countBanks(b, mask, a, bytes);
    if (!b.launch->findRaces) return true;
    for (u32 m = mask; m; m &= m - 1) {
        int l = __builtin_ctz(m);
        bool bad = false;
        u32 before = 0;
        for (u32 k = 0; k < bytes; k++) {
            Shadow& s = b.shadow[a[l] + k];
            u32 other = s.writeEpoch == b.epoch ? s.writer : s.reader;
            if (race(w, s, u16(b.thread(w, l)), use) && !bad) bad = true, before = other;
        }
        if (bad) {
            const std::string who = before >= SEVERAL_LANES ? "several threads" : "thread " + std::to_string(before);
            b.fail(LAUNCH_FAILED, &w, i, l, "race in shared memory at " + hex(a[l]) + " with " + who + ": no barrier between");
            return false;
        }
    }
    return true;
}

void Counters::add(const Counters& o) {
    warpInstructions += o.warpInstructions;
    threadInstructions += o.threadInstructions;
    for (int g = 0; g < GROUPS; g++) byGroup[g] += o.byGroup[g];
    mmaMultiplyAdds += o.mmaMultiplyAdds;
    dp4aMultiplyAdds += o.dp4aMultiplyAdds;
    floatMultiplyAdds += o.floatMultiplyAdds;
    sharedRequests += o.sharedRequests;
    sharedWavefronts += o.sharedWavefronts;
    bankConflicts += o.bankConflicts;
    barriers += o.barriers;
    blocks += o.blocks;
    divergences += o.divergences;
}
}  // namespace ptx
