// The machine: warps of 32 lanes in lock step, blocks, what is checked and what is counted.
#pragma once
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

/// Reads or writes of one allocation, or of all. Counted a warp's request at a time.
struct Traffic {
    std::atomic<u64> requests{0}, wideRequests{0}, sectors{0}, bytes{0}, distinctSectors{0};
    void clear() { requests = wideRequests = sectors = bytes = distinctSectors = 0; }
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

/// Who touched a byte of shared memory last.
struct Shadow {
    u64 writeEpoch = 0, readEpoch = 0;
    u32 writeSync = 0, readSync = 0;
    u16 writer = 0, reader = 0;
    bool atomicWrite = false;
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
    std::vector<Shadow> shadow;
    std::vector<Warp> warps;
    std::vector<u8> registers;
    Counters counters;
    u64 epoch = 0;
    std::string fault;
    int faultCode = 0;
    Allocation* recent[4] = {};
    u32 nextRecent = 0;

    void fail(int code, const Warp* w, const Instruction& i, int lane, const std::string& why);
    u32 thread(const Warp& w, int lane) const { return w.index * WARP + lane; }
};

enum Fault { ILLEGAL_ADDRESS = 700, MISALIGNED = 716, LAUNCH_FAILED = 719 };

/// Runs all blocks; an empty result is success.
struct Outcome {
    int code = 0;
    std::string fault;
    Counters counters;
};
Outcome run(const Launch& launch, int threads);

/// A warp's access to global memory: checked and counted; null after a fault. Addresses of lanes outside `mask` are not read.
enum class Use : u8 { READ, WRITE, ATOMIC };
bool touchGlobal(Warp& w, const Instruction& i, u32 mask, const u64* addresses, u32 bytes, Use use);
bool touchShared(Warp& w, const Instruction& i, u32 mask, const u64* addresses, u32 bytes, Use use);
/// Completes copies of cp.async: all but each lane's newest `left` groups (all of them, committed or not, with -1).
void finishCopies(Warp& w, const Instruction& i, u32 mask, int left);

template <class F> inline void eachLane(u32 mask, F f) {
    if (mask == 0xffffffffu) {
        for (int l = 0; l < WARP; l++) f(l);
    } else {
        for (; mask; mask &= mask - 1) f(__builtin_ctz(mask));
    }
}

float halfToFloat(u16 h);
u16 floatToHalf(float f);
}  // namespace ptx
