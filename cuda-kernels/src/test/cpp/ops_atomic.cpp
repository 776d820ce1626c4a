// atom and red (PTX ISA, "Parallel Synchronization and Communication Instructions").
#include "ops.h"

namespace ptx {
namespace {
/// Runs f(old, b, c) -> new on each lane's address, one lane after the other. Operands: [d,] address, b [, c].
template <class T, bool result, class F> void atomic(Warp& w, const Instruction& i, u32 mask, F f) {
    constexpr int k = result ? 1 : 0;
    u64 a[WARP];
    eachLane(mask, [&](int l) { a[l] = w.bits(i, k, l) + u64(i.offset); });
    u32 shared = i.space == Space::SHARED ? mask : 0;
    if (i.space == Space::GENERIC) {
        eachLane(mask, [&](int l) {
            if (a[l] >= SHARED_WINDOW && a[l] < SHARED_WINDOW + WINDOW_BYTES) shared |= 1u << l, a[l] -= SHARED_WINDOW;
        });
    }
    if (shared && !touchShared(w, i, shared, a, sizeof(T), Use::ATOMIC)) return;
    if ((mask & ~shared) && !touchGlobal(w, i, mask & ~shared, a, sizeof(T), Use::ATOMIC)) return;
    eachLane(mask, [&](int l) {
        T* p = reinterpret_cast<T*>(shared >> l & 1 ? w.block->shared.data() + a[l] : reinterpret_cast<u8*>(a[l]));
        T b, c{}, old, next;
        memcpy(&b, w.lane(i, k + 1, l), sizeof b);
        if (i.count > k + 2) memcpy(&c, w.lane(i, k + 2, l), sizeof c);
        __atomic_load(p, &old, __ATOMIC_RELAXED);
        do {
            next = f(old, b, c);
        } while (!__atomic_compare_exchange(p, &old, &next, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
        if (result) memcpy(w.lane(i, 0, l), &old, sizeof old);
    });
}

#define ATOMIC(name, T, type, operands, ...)                                                                        \
    do {                                                                                                            \
        s.add("atom." + space + name "." type, std::string(1, letter<T>()) + "a" + operands,                        \
              [](Warp& w, const Instruction& i, u32 m) {                                                            \
                  atomic<T, true>(w, i, m, [](T a, T b, T c) -> T { (void)c; (void)a; return __VA_ARGS__; });       \
              }, Group::GLOBAL, Kind::PLAIN, where);                                                                \
        s.add("red." + space + name "." type, "a" + std::string(operands),                                          \
              [](Warp& w, const Instruction& i, u32 m) {                                                            \
                  atomic<T, false>(w, i, m, [](T a, T b, T c) -> T { (void)c; (void)a; return __VA_ARGS__; });      \
              }, Group::GLOBAL, Kind::PLAIN, where);                                                                \
    } while (0)

void forSpace(Spellings& s, const std::string& space, Space where) {
    ATOMIC("add", u32, "u32", "w", a + b);
    ATOMIC("add", u32, "s32", "w", a + b);
    ATOMIC("add", u64, "u64", "q", a + b);
    ATOMIC("add", f32, "f32", "w", a + b);
    ATOMIC("min", s32, "s32", "w", a < b ? a : b);
    ATOMIC("max", s32, "s32", "w", a > b ? a : b);
    ATOMIC("min", u32, "u32", "w", a < b ? a : b);
    ATOMIC("max", u32, "u32", "w", a > b ? a : b);
    ATOMIC("max", u64, "u64", "q", a > b ? a : b);
    ATOMIC("and", u32, "b32", "w", a & b);
    ATOMIC("or", u32, "b32", "w", a | b);
    ATOMIC("xor", u32, "b32", "w", a ^ b);
    ATOMIC("exch", u32, "b32", "w", b);
    ATOMIC("exch", u64, "b64", "q", b);
    ATOMIC("cas", u32, "b32", "ww", a == b ? c : a);
    ATOMIC("cas", u64, "b64", "qq", a == b ? c : a);
}
}  // namespace

void addAtomics(Spellings& s) {
    forSpace(s, "global.", Space::GLOBAL);
    forSpace(s, "shared.", Space::SHARED);
    forSpace(s, "", Space::GENERIC);
}
}  // namespace ptx
