// ld and st of every space and width, cp.async (PTX ISA, "Data Movement and Conversion Instructions").
#include "ops.h"

namespace ptx {
namespace {
/// Addresses of the lanes: operand k plus the instruction's offset.
void addresses(Warp& w, const Instruction& i, int k, u32 mask, u64* a) {
    eachLane(mask, [&](int l) { a[l] = w.bits(i, k, l) + u64(i.offset); });
    if (i.width[k] == 4) eachLane(mask, [&](int l) { a[l] &= 0xffffffffu; });
}

Space spaceOf(const Instruction& i, u64 address) {
    if (i.space != Space::GENERIC) return i.space;
    if (address >= SHARED_WINDOW && address < SHARED_WINDOW + WINDOW_BYTES) return Space::SHARED;
    if (address >= LOCAL_WINDOW && address < LOCAL_WINDOW + WINDOW_BYTES) return Space::LOCAL;
    return Space::GLOBAL;
}

/// Checks and counts an access; afterwards `at` holds where each lane's bytes lie in this process.
bool locate(Warp& w, const Instruction& i, u32 mask, u64* a, u32 bytes, bool write, u8** at) {
    u32 shared = 0, local = 0;
    eachLane(mask, [&](int l) {
        Space s = spaceOf(i, a[l]);
        if (s == Space::SHARED) shared |= 1u << l;
        if (s == Space::LOCAL) local |= 1u << l;
    });
    Block& b = *w.block;
    if (i.space == Space::GENERIC) {
        eachLane(shared, [&](int l) { a[l] -= SHARED_WINDOW; });
        eachLane(local, [&](int l) { a[l] -= LOCAL_WINDOW; });
    }
    const Use use = write ? Use::WRITE : Use::READ;
    if (shared && !touchShared(w, i, shared, a, bytes, use)) return false;
    u32 global = mask & ~shared & ~local;
    if (global && !touchGlobal(w, i, global, a, bytes, use)) return false;
    eachLane(shared, [&](int l) { at[l] = b.shared.data() + a[l]; });
    eachLane(global, [&](int l) { at[l] = reinterpret_cast<u8*>(a[l]); });
    u32 bad = 0;
    eachLane(local, [&](int l) {
        if (a[l] + bytes > b.kernel->localBytes || a[l] % bytes) bad |= 1u << l;
        at[l] = b.local.data() + u64(b.thread(w, l)) * b.kernel->localBytes + a[l];
    });
    if (bad) b.fail(ILLEGAL_ADDRESS, &w, i, __builtin_ctz(bad), "access outside of local memory");
    return !bad;
}

/// d, address: `elements` registers, each of a T that is extended by its signedness to the register's width.
template <class T> void load(Warp& w, const Instruction& i, u32 mask) {
    u64 a[WARP];
    u8* at[WARP];
    const int n = i.elements;
    addresses(w, i, n, mask, a);
    if (!locate(w, i, mask, a, sizeof(T) * n, false, at)) return;
    for (int k = 0; k < n; k++) {
        if (i.width[k] == sizeof(T)) {
            T* d = w.lanes<T>(i.at[k]);
            eachLane(mask, [&](int l) { memcpy(&d[l], at[l] + k * sizeof(T), sizeof(T)); });
        } else {
            eachLane(mask, [&](int l) {
                T v;
                memcpy(&v, at[l] + k * sizeof(T), sizeof(T));
                w.put(i, k, l, std::is_signed<T>::value ? u64(s64(v)) : u64(v));
            });
        }
    }
}

/// address, values.
template <class T> void store(Warp& w, const Instruction& i, u32 mask) {
    u64 a[WARP];
    u8* at[WARP];
    const int n = i.elements;
    addresses(w, i, 0, mask, a);
    if (!locate(w, i, mask, a, sizeof(T) * n, true, at)) return;
    for (int k = 0; k < n; k++) {
        eachLane(mask, [&](int l) { memcpy(at[l] + k * sizeof(T), w.lane(i, k + 1, l), sizeof(T)); });
    }
}

template <class T> void loadParam(Warp& w, const Instruction& i, u32 mask) {
    const u8* p = w.block->launch->params.data() + i.offset;
    for (int k = 0; k < i.elements; k++) {
        T v;
        memcpy(&v, p + k * sizeof(T), sizeof(T));
        eachLane(mask, [&](int l) { w.put(i, k, l, std::is_signed<T>::value ? u64(s64(v)) : u64(v)); });
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
