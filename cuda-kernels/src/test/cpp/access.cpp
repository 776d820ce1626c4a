// Global memory: bounds and alignment of each access, sectors of 32 bytes that it touches.
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

std::string hex(u64 v) {
    char s[32];
    snprintf(s, sizeof s, "0x%llx", static_cast<unsigned long long>(v));
    return s;
}

void Traffic::add(const Tally& t) {
    requests.fetch_add(t.requests, std::memory_order_relaxed);
    wideRequests.fetch_add(t.wideRequests, std::memory_order_relaxed);
    sectors.fetch_add(t.sectors, std::memory_order_relaxed);
    bytes.fetch_add(t.bytes, std::memory_order_relaxed);
    distinctSectors.fetch_add(t.distinctSectors, std::memory_order_relaxed);
}

namespace {
void settle(Recent& r) {
    if (r.reads.requests) r.allocation->reads.add(r.reads);
    if (r.writes.requests) r.allocation->writes.add(r.writes);
    r = Recent();
}
}  // namespace

void Block::settle() {
    for (Recent& r : recent) ptx::settle(r);
}

Recent* Block::find(u64 address, u32 bytes, std::string& why) {
    for (Recent& r : recent) {
        if (address - r.base < r.size && r.size - (address - r.base) >= bytes) return &r;
    }
    Allocation* a = launch->memory->find(address, why);
    if (a && address + bytes > a->base + a->size) {
        why = "access beyond the end of an allocation";
        return nullptr;
    }
    if (!a) return nullptr;
    Recent& r = recent[nextRecent++ % RECENT];
    ptx::settle(r);
    r.allocation = a, r.base = a->base, r.size = a->size;
    return &r;
}

namespace {
void count(Tally& t, u32 bytes, u32 lanes, u32 sectors, u32 fresh) {
    t.requests++;
    t.wideRequests += bytes == 16;
    t.bytes += u64(bytes) * lanes;
    t.sectors += sectors;
    t.distinctSectors += fresh;
}

/// Marks a sector as touched by this launch; 1 where it is the first time.
u32 touch(std::atomic<u32>& launch, u32 number) {
    return launch.load(std::memory_order_relaxed) != number && launch.exchange(number, std::memory_order_relaxed) != number;
}

/// Moves the different ones of the lanes' sectors to the front: how many they are.
u32 distinct(u32 mask, u32* sectors) {
    u32 n = 0;
    bool sorted = true;
    eachLane(mask, [&](int l) {
        const u32 s = sectors[l];
        if (n && sectors[n - 1] == s) return;
        sorted &= n == 0 || sectors[n - 1] < s;
        sectors[n++] = s;
    });
    if (sorted) return n;
    std::sort(sectors, sectors + n);
    return u32(std::unique(sectors, sectors + n) - sectors);
}

/// Lanes whose bytes lie in several allocations, or in none.
bool touchSeveral(Warp& w, const Instruction& i, u32 mask, const u64* a, u32 bytes, bool write) {
    Block& b = *w.block;
    std::string why;
    u64 sectors[WARP];
    int n = 0;
    for (u32 m = mask; m; m &= m - 1) {
        const int l = __builtin_ctz(m);
        if (!b.find(a[l], bytes, why)) {
            b.fail(ILLEGAL_ADDRESS, &w, i, l, why + " at " + hex(a[l]));
            return false;
        }
        if (a[l] % bytes) {
            b.fail(MISALIGNED, &w, i, l, "misaligned access of " + std::to_string(bytes) + " bytes at " + hex(a[l]));
            return false;
        }
        sectors[n++] = a[l] / SECTOR;
    }
    std::sort(sectors, sectors + n);
    n = int(std::unique(sectors, sectors + n) - sectors);
    u32 fresh = 0;
    for (int k = 0; k < n; k++) {
        u32 m = mask;
        while (a[__builtin_ctz(m)] / SECTOR != sectors[k]) m &= m - 1;
        Allocation* o = b.find(a[__builtin_ctz(m)], bytes, why)->allocation;
        auto& seen = write ? o->writtenIn : o->readIn;
        if (seen) fresh += touch(seen[sectors[k] - o->base / SECTOR], b.launch->number);
    }
    count(write ? b.writes : b.reads, bytes, u32(__builtin_popcount(mask)), u32(n), fresh);
    return true;
}
}  // namespace

bool touchGlobal(Warp& w, const Instruction& i, u32 mask, u64* a, u32 bytes, Use use) {
    Block& b = *w.block;
    const bool write = use != Use::READ;
    fillIdle(mask, a);
    std::string why;
    Recent* owner = b.find(a[0], bytes, why);
    if (!owner) return touchSeveral(w, i, mask, a, bytes, write);
    const u64 base = owner->base, last = owner->size - bytes, low = bytes - 1;
    u64 bad = 0;
#pragma GCC ivdep
    for (int l = 0; l < WARP; l++) bad |= u64(a[l] - base > last) | (a[l] & low);
    if (bad) return touchSeveral(w, i, mask, a, bytes, write);
    // An aligned access lies in one sector. Sectors of the allocation, each lane's; before the first lane stands none.
    const u64 first = base / SECTOR;
    u32 sectors[WARP + 1];
    sectors[0] = ALL_LANES;
#pragma GCC ivdep
    for (int l = 0; l < WARP; l++) sectors[l + 1] = u32(a[l] / SECTOR - first);
    u32 changes = ALL_LANES, n = 0;
    if (mask == ALL_LANES && (lanesWhere([&](int l) { return sectors[l + 1] < sectors[l]; }) & ~1u) == 0) {
        changes = lanesWhere([&](int l) { return sectors[l + 1] != sectors[l]; });
        n = u32(__builtin_popcount(changes));
    } else {
        n = distinct(mask, sectors + 1);
        changes >>= WARP - n;
    }
    u32 fresh = 0;
    auto& seen = write ? owner->allocation->writtenIn : owner->allocation->readIn;
    if (seen) eachLane(changes, [&](int l) { fresh += touch(seen[sectors[l + 1]], b.launch->number); });
    const u32 lanes = u32(__builtin_popcount(mask));
    count(write ? b.writes : b.reads, bytes, lanes, n, fresh);
    count(write ? owner->writes : owner->reads, bytes, lanes, n, fresh);
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
