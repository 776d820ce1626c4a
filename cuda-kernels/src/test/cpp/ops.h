// Short forms for handlers: the expression sees the lane's operands as a, b and c. It is computed for all 32 lanes, see
// setLanes; one that calls a function of the C library is better left to eachLane.
#pragma once
#include "machine.h"

#define UNARY(T, ...)                                          \
    [](Warp& w, const Instruction& i, u32 mask) {              \
        const auto* a_ = w.lanes<T>(i.at[1]);                  \
        setLanes(w.lanes<T>(i.at[0]), mask, [=](int l) { T a = a_[l]; return T(__VA_ARGS__); }); \
    }
/// The same, lane by lane.
#define UNARY_EACH(T, ...)                                     \
    [](Warp& w, const Instruction& i, u32 mask) {              \
        auto* d = w.lanes<T>(i.at[0]);                         \
        const auto* a_ = w.lanes<T>(i.at[1]);                  \
        eachLane(mask, [=](int l) { T a = a_[l]; d[l] = T(__VA_ARGS__); }); \
    }
/// Result D from operands A and B of other types.
#define MIXED(D, A, B, ...)                                    \
    [](Warp& w, const Instruction& i, u32 mask) {              \
        const auto* a_ = w.lanes<A>(i.at[1]);                  \
        const auto* b_ = w.lanes<B>(i.at[2]);                  \
        setLanes(w.lanes<D>(i.at[0]), mask, [=](int l) { A a = a_[l]; B b = b_[l]; return D(__VA_ARGS__); }); \
    }
#define BINARY(T, ...) MIXED(T, T, T, __VA_ARGS__)
/// Result D from operands A, B and C.
#define TERNARY(D, A, B, C, ...)                               \
    [](Warp& w, const Instruction& i, u32 mask) {              \
        const auto* a_ = w.lanes<A>(i.at[1]);                  \
        const auto* b_ = w.lanes<B>(i.at[2]);                  \
        const auto* c_ = w.lanes<C>(i.at[3]);                  \
        setLanes(w.lanes<D>(i.at[0]), mask, [=](int l) { A a = a_[l]; B b = b_[l]; C c = c_[l]; return D(__VA_ARGS__); }); \
    }

namespace ptx {
/// PTX's letter for the width of a type.
template <class T> constexpr char letter() { return sizeof(T) == 8 ? 'q' : sizeof(T) == 4 ? 'w' : 'h'; }
template <class T> std::string letters(int n) { return std::string(n, letter<T>()); }

template <class R, class T> void setExtended(Warp& w, const Instruction& i, int k, u32 mask, const T* v) {
    setLanes(w.lanes<R>(i.at[k]), mask, [=](int l) { return std::is_signed<T>::value ? R(s64(v[l])) : R(v[l]); });
}

/// Operand k = v[l], extended by the signedness of T to the width of its register.
template <class T> void setRegister(Warp& w, const Instruction& i, int k, u32 mask, const T* v) {
    if (i.width[k] == sizeof(T)) {
        setLanes(w.lanes<T>(i.at[k]), mask, [=](int l) { return v[l]; });
    } else if (i.width[k] == 2) {
        setExtended<u16>(w, i, k, mask, v);
    } else if (i.width[k] == 4) {
        setExtended<u32>(w, i, k, mask, v);
    } else {
        setExtended<u64>(w, i, k, mask, v);
    }
}
}  // namespace ptx
