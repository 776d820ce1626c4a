// ld and st of every space and width, cp.async (PTX ISA, "Data Movement and Conversion Instructions").
#include "ops.h"

namespace ptx {
namespace {
/// Addresses of the lanes: operand k plus the instruction's offset.
void addresses(Warp& w, const Instruction& i, int k, u64* a) {
    const u64 offset = u64(i.offset);
    if (i.width[k] == 4) {
        const u32 *base = w.lanes<u32>(i.at[k]);
        setLanes(a, ALL_LANES, [=](int l) { return (base[l] + offset) & 0xffffffffu; });
    } else {
        const u64* base = w.lanes<u64>(i.at[k]);
        setLanes(a, ALL_LANES, [=](int l) { return base[l] + offset; });
    }
}

/// Local memory lies in this process a thread behind the other.
bool locateLocal(Warp& w, const Instruction& i, u32 mask, u64* a, u32 bytes) {
    Block& b = *w.block;
    const u64 size = b.kernel->localBytes;
    u32 bad = 0;
    eachLane(mask, [&](int l) {
        if (a[l] + bytes > size || a[l] + bytes < a[l] || a[l] % bytes) bad |= 1u << l;
        a[l] += u64(b.local.data()) + u64(b.thread(w, l)) * size;
    });
    if (bad) b.fail(ILLEGAL_ADDRESS, &w, i, __builtin_ctz(bad), "access outside of local memory");
    return !bad;
}

/// Checks and counts an access; afterwards `a` holds where each lane's bytes lie in this process.
bool locate(Warp& w, const Instruction& i, u32 mask, u64* a, u32 bytes, Use use) {
    Block& b = *w.block;
    switch (i.space) {
        case Space::GLOBAL: return touchGlobal(w, i, mask, a, bytes, use);
        case Space::LOCAL: return locateLocal(w, i, mask, a, bytes);
        case Space::SHARED: {
            if (!touchShared(w, i, mask, a, bytes, use)) return false;
            const u64 base = u64(b.shared.data());
            setLanes(a, ALL_LANES, [=](int l) { return a[l] + base; });
            return true;
        }
        default: break;
    }
    // A generic address says itself where it points.
    const u32 shared = mask & lanesWhere([=](int l) { return a[l] - SHARED_WINDOW < WINDOW_BYTES; });
    const u32 local = mask & lanesWhere([=](int l) { return a[l] - LOCAL_WINDOW < WINDOW_BYTES; });
    const u32 global = mask & ~shared & ~local;
    u64 at[WARP];
    if (shared) {
        setLanes(at, ALL_LANES, [=](int l) { return a[l] - SHARED_WINDOW; });
        if (!touchShared(w, i, shared, at, bytes, use)) return false;
        const u64 base = u64(b.shared.data());
        setLanes(a, shared, [&](int l) { return at[l] + base; });
    }
    if (global) {
        memcpy(at, a, sizeof at);
        if (!touchGlobal(w, i, global, at, bytes, use)) return false;
    }
    if (local) {
        setLanes(a, local, [=](int l) { return a[l] - LOCAL_WINDOW; });
        return locateLocal(w, i, local, a, bytes);
    }
    return true;
}

template <class T> T at(u64 address) {
    T v;
    memcpy(&v, reinterpret_cast<const void*>(address), sizeof v);
    return v;
}

/// d, address: `elements` registers, each of a T that is extended by its signedness to the register's width.
template <class T> void load(Warp& w, const Instruction& i, u32 mask) {
    alignas(64) u64 a[WARP];
    alignas(64) T v[4][WARP];
    const int n = i.elements;
    const u64 bytes = sizeof(T) * u64(n);
    addresses(w, i, n, a);
    if (!locate(w, i, mask, a, u32(bytes), Use::READ)) return;
    const u64 first = a[__builtin_ctz(mask)];
    if (mask == ALL_LANES && lanesWhere([=, &a](int l) { return a[l] != first + u64(l) * bytes; }) == 0) {
        for (int k = 0; k < n; k++) {
            for (int l = 0; l < WARP; l++) v[k][l] = at<T>(first + u64(l) * bytes + u64(k) * sizeof(T));
        }
    } else {
        eachLane(mask, [&](int l) {
            for (int k = 0; k < n; k++) v[k][l] = at<T>(a[l] + u64(k) * sizeof(T));
        });
    }
    for (int k = 0; k < n; k++) setRegister(w, i, k, mask, v[k]);
}

/// address, values.
template <class T> void store(Warp& w, const Instruction& i, u32 mask) {
    alignas(64) u64 a[WARP];
    const int n = i.elements;
    addresses(w, i, 0, a);
    if (!locate(w, i, mask, a, u32(sizeof(T)) * u32(n), Use::WRITE)) return;
    for (int k = 0; k < n; k++) {
        const u8* from = w.lane(i, k + 1, 0);
        const u64 step = i.width[k + 1];
        eachLane(mask, [&](int l) { memcpy(reinterpret_cast<void*>(a[l] + u64(k) * sizeof(T)), from + u64(l) * step, sizeof(T)); });
    }
}

template <class T> void loadParam(Warp& w, const Instruction& i, u32 mask) {
    const u64 p = u64(w.block->launch->params.data()) + u64(i.offset);
    for (int k = 0; k < i.elements; k++) {
        T v[WARP];
        std::fill_n(v, WARP, at<T>(p + u64(k) * sizeof(T)));
        setRegister(w, i, k, mask, v);
    }
}

template <class T> void spaces(Spellings& s, const std::string& type) {
    const std::string v = sizeof(T) < 4 ? "x" : std::string(1, letter<T>());
    const std::pair<const char*, Space> all[] = {
        {"global.", Space::GLOBAL}, {"shared.", Space::SHARED}, {"local.", Space::LOCAL}, {"", Space::GENERIC}};
    for (const auto& [name, space] : all) {
        const Group g = space == Space::SHARED ? Group::SHARED : Group::GLOBAL;
        for (int n : {1, 2, 4}) {
            const std::string vector = n == 1 ? "" : "v" + std::to_string(n) + ".";
            std::string values;
            for (int k = 0; k < n; k++) values += v;
            if (sizeof(T) * n > 16) continue;
            s.add("ld." + std::string(name) + vector + type, values + "a", load<T>, g, Kind::PLAIN, space);
            s.add("st." + std::string(name) + vector + type, "a" + values, store<T>, g, Kind::PLAIN, space);
            if (space == Space::GENERIC) s.add("ld.param." + vector + type, values + "a", loadParam<T>, Group::PARAM, Kind::PLAIN, Space::PARAM);
        }
    }
}

/// Operands: to (shared), from (global), and where there is one the count of bytes to read. Bytes: i.elements.
void copyAsync(Warp& w, const Instruction& i, u32 mask) {
    const u32 bytes = i.elements;
    u64 from[WARP], to[WARP];
    eachLane(mask, [&](int l) {
        to[l] = (i.width[0] == 4 ? w.lanes<u32>(i.at[0])[l] : w.lanes<u64>(i.at[0])[l]) + u64(i.offset);
        from[l] = w.lanes<u64>(i.at[1])[l] + u64(i.fromOffset);
    });
    u32 reading = 0;
    u32 filled[WARP];
    eachLane(mask, [&](int l) {
        filled[l] = i.count > 2 ? w.lanes<u32>(i.at[2])[l] : bytes;
        if (filled[l] > bytes) w.block->fail(LAUNCH_FAILED, &w, i, l, "cp.async reads more bytes than it copies");
        if (filled[l]) reading |= 1u << l;
    });
    if (reading && !touchGlobal(w, i, reading, from, bytes, Use::READ)) return;
    eachLane(mask, [&](int l) { w.copies.push_back({to[l], from[l], bytes, filled[l], u32(l), w.committed[l]}); });
}

void commit(Warp& w, const Instruction&, u32 mask) {
    eachLane(mask, [&](int l) { w.committed[l]++; });
}
}  // namespace

void finishCopies(Warp& w, const Instruction& i, u32 mask, int left) {
    std::vector<CopyAsync> later;
    for (const CopyAsync& c : w.copies) {
        bool due = left < 0 || s64(c.group) < s64(w.committed[c.lane]) - left;
        if (!(mask >> c.lane & 1) || !due) {
            later.push_back(c);
            continue;
        }
        u64 to[WARP] = {};
        to[c.lane] = c.to;
        if (!touchShared(w, i, 1u << c.lane, to, c.bytes, Use::WRITE)) return;
        memset(w.block->shared.data() + c.to, 0, c.bytes);
        memcpy(w.block->shared.data() + c.to, reinterpret_cast<void*>(c.from), c.filled);
    }
    w.copies.swap(later);
}

void addMemory(Spellings& s) {
    spaces<u8>(s, "u8"), spaces<s8>(s, "s8"), spaces<u8>(s, "b8");
    spaces<u16>(s, "u16"), spaces<s16>(s, "s16"), spaces<u16>(s, "b16");
    spaces<u32>(s, "u32"), spaces<u32>(s, "s32"), spaces<u32>(s, "b32"), spaces<u32>(s, "f32");
    spaces<u64>(s, "u64"), spaces<u64>(s, "s64"), spaces<u64>(s, "b64"), spaces<u64>(s, "f64");
    s.add("cp.async", "aa", copyAsync, Group::GLOBAL);
    s.add("cp.async.partial", "aaw", copyAsync, Group::GLOBAL);
    s.add("cp.async.commit_group", "", commit, Group::CONTROL);
    s.add("cp.async.wait_group", "", [](Warp& w, const Instruction& i, u32 m) { finishCopies(w, i, m, int(i.offset)); }, Group::CONTROL);
    s.add("cp.async.wait_all", "", [](Warp& w, const Instruction& i, u32 m) { finishCopies(w, i, m, -1); }, Group::CONTROL);
}
}  // namespace ptx
