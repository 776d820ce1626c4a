// The machine: warps of 32 lanes in lock step, blocks, what is checked and what is counted.
#pragma once
#include <emmintrin.h>

#include <atomic>
#include <cstring>
#include <string>
#include <vector>

#include "ptx.h"

namespace ptx {
struct Dim {
    u32 x, y, z;
    u64 size() const { return u64(x) * y * z; }
};

constexpr u64 SHARED_WINDOW = 0x7e0000000000ull;  // generic addresses of shared memory begin here
constexpr u64 LOCAL_WINDOW = 0x7d0000000000ull;
constexpr u64 WINDOW_BYTES = 1ull << 32;
constexpr u32 SECTOR = 32;

/// Reads or writes of one allocation, or of all, counted a warp's request at a time.
struct Tally {
    u64 requests = 0, wideRequests = 0, sectors = 0, bytes = 0, distinctSectors = 0;
};

/// The sum of many tallies.
struct Traffic {
    std::atomic<u64> requests{0}, wideRequests{0}, sectors{0}, bytes{0}, distinctSectors{0};
    void clear() { requests = wideRequests = sectors = bytes = distinctSectors = 0; }
    void add(const Tally& t);
};

/// A piece of memory that kernels may touch.
struct Allocation {
    u64 base = 0, size = 0;
    int device = -1;  // -1: pinned memory of the host
    Traffic reads, writes;
    std::unique_ptr<std::atomic<u32>[]> readIn, writtenIn;  // number of the launch that last touched each sector
};

/// Finds the allocation around an address, or says why a kernel may not touch it.
struct Memory {
    virtual ~Memory() = default;
    virtual Allocation* find(u64 address, std::string& why) = 0;
};

struct Counters {
    u64 warpInstructions = 0, threadInstructions = 0, byGroup[GROUPS] = {};
    u64 mmaMultiplyAdds = 0, dp4aMultiplyAdds = 0, floatMultiplyAdds = 0;
    u64 sharedRequests = 0, sharedWavefronts = 0, bankConflicts = 0, barriers = 0, blocks = 0, divergences = 0;
    void add(const Counters& o);
};

struct Lanes {
    s32 pc;
    u32 mask;
    enum State : u8 { READY, AT_BARRIER, AT_COLLECTIVE } state;
};

struct CopyAsync {
    u64 to, from;
    u32 bytes, filled, lane, group;
};

struct Block;
struct Warp {
    u8* registers = nullptr;
    Block* block = nullptr;
    u32 index = 0, live = 0, mask = 0, sync = 0;
    s32 pc = 0;
    std::vector<Lanes> others;
    std::vector<CopyAsync> copies;
    u32 committed[WARP] = {};

    template <class T> T* lanes(u32 offset) { return reinterpret_cast<T*>(registers + offset); }
    u32& predicate(u32 offset) { return *lanes<u32>(offset); }
    /// A lane of an operand that may lie in a wider register.
    u8* lane(const Instruction& i, int k, int l) { return registers + i.at[k] + l * i.width[k]; }
    u64 bits(const Instruction& i, int k, int l) {
        u64 v = 0;
        memcpy(&v, lane(i, k, l), i.width[k]);
        return v;
    }
    void put(const Instruction& i, int k, int l, u64 v) { memcpy(lane(i, k, l), &v, i.width[k]); }
    u32 mine(const Instruction& i, int k) {
        u32 p = predicate(i.at[k]);
        return i.negatedOperands >> k & 1 ? ~p : p;
    }
};

/// The addresses of a warp's access to shared memory, relative to the first, and what they cost.
struct Pattern {
    u32 mask = 0, phase = 0, bytes = 0, waves = 0, ideal = 0;
    alignas(64) u32 away[WARP] = {};
};

/// An allocation that a block touched lately, and what it has counted there since.
struct Recent {
    Allocation* allocation = nullptr;
    u64 base = 0, size = 0;
    Tally reads, writes;
};

struct Launch {
    const Kernel* kernel;
    Dim grid, block;
    u32 dynamicShared;
    std::vector<u8> params;
    Memory* memory;
    u32 number;     // of the launch; never 0
    bool findRaces;
    Traffic *reads, *writes;
};

struct Block {
    const Launch* launch = nullptr;
    const Kernel* kernel = nullptr;
    Dim index{};
    std::vector<u8> shared, local;
    // Who wrote and who read shared memory last, for each word and, where its bytes have different ones, for each byte.
    std::vector<u64> writes4, reads4, writes1, reads1;
    std::vector<Pattern> patterns;    // by the slot of an instruction
    std::vector<Warp> warps;
    std::vector<u8> registers;
    std::vector<u64> runs;            // stretches of instructions that begin at an address, less those that end there
    Counters counters;
    Tally reads, writes;
    u64 epoch = 0;                    // stretches between barriers, of all blocks that ran here
    u64 spent = 0;                    // instructions of this block
    std::string fault;
    int faultCode = 0;
    static constexpr int RECENT = 8;
    Recent recent[RECENT];
    u32 nextRecent = 0;

    void fail(int code, const Warp* w, const Instruction& i, int lane, const std::string& why);
    u32 thread(const Warp& w, int lane) const { return w.index * WARP + u32(lane); }
    /// The allocation around `bytes` bytes, or null and why there is none. Stays until the next call.
    Recent* find(u64 address, u32 bytes, std::string& why);
    /// Adds what was counted to the allocations, and forgets them.
    void settle();
    /// A barrier: earlier accesses to shared memory race with no later ones.
    void beginEpoch();
};

/// Runs a block from its first instruction to its last.
void runBlock(Block& b);

enum Fault { ILLEGAL_ADDRESS = 700, MISALIGNED = 716, LAUNCH_FAILED = 719 };

/// Runs all blocks; an empty result is success.
struct Outcome {
    int code = 0;
    std::string fault;
    Counters counters;
};
Outcome run(const Launch& launch, int threads);

/// A warp's access to memory: checked and counted; false after a fault. Addresses of lanes outside `mask` are set to that of
/// one inside.
enum class Use : u8 { READ, WRITE, ATOMIC };
bool touchGlobal(Warp& w, const Instruction& i, u32 mask, u64* addresses, u32 bytes, Use use);
bool touchShared(Warp& w, const Instruction& i, u32 mask, u64* addresses, u32 bytes, Use use);
/// Completes copies of cp.async: all but each lane's newest `left` groups (all of them, committed or not, with -1).
void finishCopies(Warp& w, const Instruction& i, u32 mask, int left);

template <class F> inline void eachLane(u32 mask, F f) {
    if (mask == 0xffffffffu) {
        for (int l = 0; l < WARP; l++) f(l);
    } else {
        for (; mask; mask &= mask - 1) f(__builtin_ctz(mask));
    }
}

/// d[l] = f(l) for the lanes of `mask`. f is computed for all 32 lanes, many at once where the compiler finds vector
/// instructions for it: it has no effect of its own. Registers overlap entirely or not at all.
template <class T, class F> inline void setLanes(T* d, u32 mask, F f) {
    if (mask == ALL_LANES) {
#pragma GCC ivdep
        for (int l = 0; l < WARP; l++) d[l] = T(f(l));
    } else {
#pragma GCC ivdep
        for (int l = 0; l < WARP; l++) {
            const T v = T(f(l));
            d[l] = mask >> l & 1 ? v : d[l];
        }
    }
}

/// The lanes for which f(l) is true.
template <class F> inline u32 lanesWhere(F f) {
    alignas(32) u8 flags[WARP];
#pragma GCC ivdep
    for (int l = 0; l < WARP; l++) flags[l] = f(l) ? 0xff : 0;
    const auto* halves = reinterpret_cast<const __m128i*>(flags);
    return u32(_mm_movemask_epi8(_mm_load_si128(halves))) | u32(_mm_movemask_epi8(_mm_load_si128(halves + 1))) << 16;
}

/// Gives lanes outside of `mask` the value of a lane inside.
inline void fillIdle(u32 mask, u64* a) {
    if (mask == ALL_LANES) return;
    const u64 first = a[__builtin_ctz(mask)];
    setLanes(a, ~mask, [=](int) { return first; });
}

std::string hex(u64 v);
template <class To, class From> inline To bitsAs(From from) {
    static_assert(sizeof(To) == sizeof(From), "the same bits");
    To to;
    memcpy(&to, &from, sizeof to);
    return to;
}

/// F16 and F32 without branches, so that loops over lanes become vector instructions.
inline float halfToFloat(u16 h) {
    const u32 sign = u32(h & 0x8000) << 16, exponent = h >> 10 & 31, fraction = h & 1023;
    const u32 normal = (exponent == 31 ? 255u : exponent + 112) << 23 | fraction << 13;
    const u32 small = bitsAs<u32>(float(s32(fraction)) * 0x1p-24f);  // exact
    return bitsAs<float>(sign | (exponent == 0 ? small : normal));
}

/// Rounds to the nearest, ties to even.
inline u16 floatToHalf(float f) {
    const u32 bits = bitsAs<u32>(f), sign = bits >> 16 & 0x8000, rest = bits & 0x7fffffffu, odd = rest >> 13 & 1;
    const u32 normal = (rest - 0x38000000u + 0xfff + odd) >> 13;
    // Subnormal as F16, in steps of 2^-24: those of a float between a half and one, so that a sum there rounds.
    const u32 small = bitsAs<u32>(bitsAs<float>(rest) + 0.5f) - bitsAs<u32>(0.5f);
    const u32 finite = rest < 0x38800000u ? small : normal;
    const u32 half = sign | (rest >= 0x477ff000u ? 0x7c00 : finite);  // above: rounds to infinity
    return u16(rest > 0x7f800000u ? 0x7fff : half);                   // NaN
}
}  // namespace ptx
