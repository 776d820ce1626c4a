// Shared memory: bounds and alignment of each access, bank conflicts, races between barriers.
//
// A race is an access that no barrier orders after an earlier one of another thread to the same byte, where one of both
// writes. So for each byte it is kept who wrote it last, who read it last, and when: the stretch between barriers (epoch) and,
// as bar.warp.sync orders the lanes of a warp, the warp's stretch within (sync). Most accesses cover whole words of four
// bytes, so marks stand at words; a word of which a part was touched has marks for each byte until the epoch ends.
//
// Addresses of the lanes keep their distances while a loop moves them on, and what an access costs in banks depends on
// distances alone: moving all addresses by the same words turns the banks in a circle. So each instruction remembers its last
// pattern and cost.
#include <algorithm>

#include "machine.h"

namespace ptx {
namespace {
/// Cycles of the 32 banks: a phase serves lanes whose bytes fit 128; words of one bank queue up.
void countBanks(Pattern& p, u32 mask, const u64* a, u32 bytes) {
    const int phases = bytes <= 4 ? 1 : int(bytes / 4), lanes = WARP / phases;
    p.waves = p.ideal = 0;
    for (int phase = 0; phase < phases; phase++) {
        u32 words[32][32];
        u32 queue[32] = {}, most = 0;
        for (int l = phase * lanes; l < (phase + 1) * lanes; l++) {
            if (!(mask >> l & 1)) continue;
            for (u64 word = a[l] / 4; word <= (a[l] + bytes - 1) / 4; word++) {
                u32 bank = word % 32, *q = words[bank];
                if (std::find(q, q + queue[bank], u32(word)) == q + queue[bank] && queue[bank] < 32) q[queue[bank]++] = u32(word);
                most = std::max(most, queue[bank]);
            }
        }
        p.waves += most;
        p.ideal += most > 0;
    }
}

void addBanks(Block& b, const Instruction& i, u32 mask, const u64* a, u32 bytes) {
    Pattern& p = b.patterns[i.slot];
    alignas(64) u32 away[WARP];
    const u64 first = a[0];
#pragma GCC ivdep
    for (int l = 0; l < WARP; l++) away[l] = u32(a[l] - first);
    u32 other = 0;
    for (int l = 0; l < WARP; l++) other |= away[l] ^ p.away[l];
    const u32 phase = u32(first & 3);
    if (other != 0 || p.mask != mask || p.phase != phase || p.bytes != bytes) {
        p.mask = mask, p.phase = phase, p.bytes = bytes;
        memcpy(p.away, away, sizeof away);
        countBanks(p, mask, a, bytes);
    }
    b.counters.sharedRequests++;
    b.counters.sharedWavefronts += p.waves;
    b.counters.bankConflicts += p.waves - p.ideal;
}

// A mark: who in bits 0 to 10 (a thread, several lanes of a warp, threads of several warps), bit 11 for an atomic write,
// the warp's sync in bits 12 to 35, the epoch from bit 36 on.
constexpr u32 SEVERAL_LANES = 0x400, SEVERAL_WARPS = 0x7ff, SPLIT = 0x7fe, WHO = 0x7ff;
constexpr u64 ATOMIC_WRITE = 0x800;
constexpr int SYNC = 12, EPOCH = 36;

u32 warpOf(u32 who) { return who & SEVERAL_LANES ? who & ~SEVERAL_LANES : who / WARP; }

/// Whether an earlier access in the same epoch is not ordered before this one.
bool unordered(u64 mark, u64 mine) {
    const u32 who = u32(mark & WHO), me = u32(mine & WHO);
    if (mark >> EPOCH != mine >> EPOCH || who == me) return false;
    return who == SEVERAL_WARPS || warpOf(who) != warpOf(me) || mark >> SYNC == mine >> SYNC;
}

/// The mark of a read after that of an earlier one.
u64 joined(u64 read, u64 mine) {
    const u32 who = u32(read & WHO), me = u32(mine & WHO);
    if (read >> EPOCH != mine >> EPOCH || who == me) return mine;
    if (who != SEVERAL_WARPS && warpOf(who) == warpOf(me)) return (mine & ~u64(WHO)) | SEVERAL_LANES | warpOf(me);
    return mine >> EPOCH << EPOCH | SEVERAL_WARPS;
}

/// Marks an access; true for a race.
inline bool mark(u64& write, u64& read, u64 mine, Use use) {
    const bool bad = unordered(write, mine) && !(use == Use::ATOMIC && write & ATOMIC_WRITE);
    if (use == Use::READ) {
        read = joined(read, mine);
        return bad;
    }
    const bool readBefore = unordered(read, mine);
    write = use == Use::ATOMIC ? mine | ATOMIC_WRITE : mine;
    return bad || readBefore;
}

bool isSplit(u64 write, u64 mine) { return write >> EPOCH == mine >> EPOCH && (write & WHO) == SPLIT; }

/// Gives each byte of a word its own marks until the epoch ends.
void split(Block& b, u64 word, u64 mine) {
    const size_t bytes = b.writes4.size() * 4;
    if (b.writes1.size() < bytes) b.writes1.resize(bytes), b.reads1.resize(bytes);
    std::fill_n(b.writes1.begin() + long(word * 4), 4, b.writes4[word]);
    std::fill_n(b.reads1.begin() + long(word * 4), 4, b.reads4[word]);
    b.writes4[word] = (mine & ~u64(0xfff)) | SPLIT;
    b.reads4[word] = 0;
}

struct Race {
    int lane = -1;
    u32 other = 0;
};

/// Marks one lane's bytes; notes the first race.
void markLane(Block& b, int l, u64 at, u32 bytes, u64 mine, Use use, Race& race) {
    for (u64 end = at + bytes; at < end;) {
        const u64 word = at / 4;
        const bool whole = bytes >= 4 && !isSplit(b.writes4[word], mine);
        if (!whole && !isSplit(b.writes4[word], mine)) split(b, word, mine);
        u64 &write = whole ? b.writes4[word] : b.writes1[at], &read = whole ? b.reads4[word] : b.reads1[at];
        const u64 before = write >> EPOCH == mine >> EPOCH ? write : read;
        if (mark(write, read, mine, use) && race.lane < 0) race = {l, u32(before & WHO)};
        at += whole ? 4 : 1;
    }
}

/// The same for words that nobody wrote in this epoch, and which a write finds unread; false where it is not so, and nothing is marked.
template <int words> bool markFresh(Block& b, u64 word, u64 mine, Use use) {
    const u64 epoch = mine >> EPOCH << EPOCH, everybody = epoch | SEVERAL_WARPS;
    u64 *const writes = &b.writes4[word], *const reads = &b.reads4[word];
    bool unwritten = true, unread = true, settled = true;
    for (int k = 0; k < words; k++) {
        unwritten &= writes[k] < epoch;
        unread &= reads[k] < epoch;
        settled &= reads[k] == everybody;
    }
    if (!unwritten || use == Use::ATOMIC || (use == Use::WRITE && !unread)) return false;
    if (use == Use::READ && settled) return true;
    u64* const to = use == Use::READ ? reads : writes;
    if (unread) {
        for (int k = 0; k < words; k++) to[k] = mine;
    } else {
        for (int k = 0; k < words; k++) to[k] = joined(to[k], mine);
    }
    return true;
}

bool findRaces(Warp& w, const Instruction& i, u32 mask, const u64* a, u32 bytes, Use use) {
    Block& b = *w.block;
    Race race;
    const u64 now = b.epoch << EPOCH | u64(w.sync) << SYNC;
    for (u32 m = mask; m && race.lane < 0; m &= m - 1) {
        const int l = __builtin_ctz(m);
        const u64 mine = now | b.thread(w, l);
        const bool fresh = bytes == 4    ? markFresh<1>(b, a[l] / 4, mine, use)
                           : bytes == 8  ? markFresh<2>(b, a[l] / 4, mine, use)
                           : bytes == 16 ? markFresh<4>(b, a[l] / 4, mine, use)
                                         : false;
        if (!fresh) markLane(b, l, a[l], bytes, mine, use, race);
    }
    if (race.lane < 0) return true;
    const std::string who = race.other >= SEVERAL_LANES ? "several threads" : "thread " + std::to_string(race.other);
    b.fail(LAUNCH_FAILED, &w, i, race.lane, "race in shared memory at " + hex(a[race.lane]) + " with " + who + ": no barrier between");
    return false;
}

/// Finds the lane that an access beyond or across the bounds comes from.
void fail(Warp& w, const Instruction& i, u32 mask, const u64* a, u32 bytes) {
    Block& b = *w.block;
    for (u32 m = mask; m; m &= m - 1) {
        const int l = __builtin_ctz(m);
        if (a[l] + bytes > b.shared.size() || a[l] + bytes < a[l]) {
            return b.fail(ILLEGAL_ADDRESS, &w, i, l, "access beyond shared memory (" + std::to_string(b.shared.size()) + " bytes) at " + hex(a[l]));
        }
        if (a[l] % bytes) {
            return b.fail(MISALIGNED, &w, i, l, "misaligned access of " + std::to_string(bytes) + " bytes to shared memory at " + hex(a[l]));
        }
    }
}
}  // namespace

bool touchShared(Warp& w, const Instruction& i, u32 mask, u64* a, u32 bytes, Use use) {
    Block& b = *w.block;
    fillIdle(mask, a);
    const u64 size = b.shared.size(), low = bytes - 1;
    u64 bad = size < bytes;
#pragma GCC ivdep
    for (int l = 0; l < WARP; l++) bad |= u64(a[l] > size - bytes) | (a[l] & low);
    if (bad) {
        fail(w, i, mask, a, bytes);
        return false;
    }
    addBanks(b, i, mask, a, bytes);
    return !b.launch->findRaces || findRaces(w, i, mask, a, bytes, use);
}
}  // namespace ptx
