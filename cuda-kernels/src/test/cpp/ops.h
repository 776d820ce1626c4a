// Short forms for handlers: the expression sees the lane's operands as a, b and c.
#pragma once
#include "machine.h"

#define UNARY(T, ...)                                          \
    [](Warp& w, const Instruction& i, u32 mask) {              \
        auto* d = w.lanes<T>(i.at[0]);                         \
        const auto* a_ = w.lanes<T>(i.at[1]);                  \
        eachLane(mask, [=](int l) { T a = a_[l]; d[l] = T(__VA_ARGS__); }); \
    }
#define BINARY(T, ...)                                         \
    [](Warp& w, const Instruction& i, u32 mask) {              \
        auto* d = w.lanes<T>(i.at[0]);                         \
        const auto* a_ = w.lanes<T>(i.at[1]);                  \
        const auto* b_ = w.lanes<T>(i.at[2]);                  \
        eachLane(mask, [=](int l) { T a = a_[l], b = b_[l]; d[l] = T(__VA_ARGS__); }); \
    }
/// Result D from operands A, B and C.
#define TERNARY(D, A, B, C, ...)                               \
    [](Warp& w, const Instruction& i, u32 mask) {              \
        auto* d = w.lanes<D>(i.at[0]);                         \
        const auto* a_ = w.lanes<A>(i.at[1]);                  \
        const auto* b_ = w.lanes<B>(i.at[2]);                  \
        const auto* c_ = w.lanes<C>(i.at[3]);                  \
        eachLane(mask, [=](int l) { A a = a_[l]; B b = b_[l]; C c = c_[l]; d[l] = D(__VA_ARGS__); }); \
    }
/// Result D from operands A and B of other types.
#define MIXED(D, A, B, ...)                                    \
    [](Warp& w, const Instruction& i, u32 mask) {              \
        auto* d = w.lanes<D>(i.at[0]);                         \
        const auto* a_ = w.lanes<A>(i.at[1]);                  \
        const auto* b_ = w.lanes<B>(i.at[2]);                  \
        eachLane(mask, [=](int l) { A a = a_[l]; B b = b_[l]; d[l] = D(__VA_ARGS__); }); \
    }

namespace ptx {
/// PTX's letter for the width of a type.
template <class T> constexpr char letter() { return sizeof(T) == 8 ? 'q' : sizeof(T) == 4 ? 'w' : 'h'; }
template <class T> std::string letters(int n) { return std::string(n, letter<T>()); }
}  // namespace ptx
