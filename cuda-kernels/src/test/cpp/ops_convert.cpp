// cvt (PTX ISA, "Data Movement and Conversion Instructions: cvt"): integers among each other, floats to integers and
// back, F16 and F32.
#include <cmath>
#include <limits>

#include "ops.h"

namespace ptx {
namespace {
/// An operand of up to 32 bits may lie in a wider register: its low bits count.
template <class T> T read(Warp& w, const Instruction& i, int k, int l) {
    T v;
    memcpy(&v, w.lane(i, k, l), sizeof v);
    return v;
}
/// Of an integer result, in an instruction's variant: its bits, and 1 more where it is signed.
template <class D> constexpr u8 kind() { return u8(8 * sizeof(D) + std::is_signed<D>::value); }

/// Keeps the bits of a result's type and extends them by its signedness.
u64 wrapped(u8 variant, u64 v) {
    const int unused = 64 - (variant & ~1);
    return variant & 1 ? u64(s64(v << unused) >> unused) : v << unused >> unused;
}

/// The low bits of a register of F, as a number of S, cut to those of the result and extended to a register of R.
template <class S, class R, class F> void integersOf(Warp& w, const Instruction& i, u32 mask) {
    const F* a = w.lanes<F>(i.at[1]);
    R* d = w.lanes<R>(i.at[0]);
    using Wide = std::conditional_t<sizeof(R) == 8 || sizeof(S) == 8, u64, u32>;
    using Signed = std::make_signed_t<Wide>;
    const int unused = std::max(0, int(8 * sizeof(Wide)) - (i.variant & ~1));
    const auto from = [=](int l) { return Wide(std::is_signed<S>::value ? Wide(Signed(S(a[l]))) : Wide(S(a[l]))); };
    if (i.variant & 1) {
        setLanes(d, mask, [=](int l) { return R(Signed(from(l) << unused) >> unused); });
    } else {
        setLanes(d, mask, [=](int l) { return R(from(l) << unused >> unused); });
    }
}

template <class S, class R> void integersTo(Warp& w, const Instruction& i, u32 mask) {
    if (i.width[1] == 8) return integersOf<S, R, u64>(w, i, mask);
    if constexpr (sizeof(S) <= 4) {
        if (i.width[1] == 4) return integersOf<S, R, u32>(w, i, mask);
    }
    if constexpr (sizeof(S) <= 2) return integersOf<S, R, u16>(w, i, mask);
}

template <class S> void integers(Warp& w, const Instruction& i, u32 mask) {
    switch (i.width[0]) {
        case 8: return integersTo<S, u64>(w, i, mask);
        case 4: return integersTo<S, u32>(w, i, mask);
        default: return integersTo<S, u16>(w, i, mask);
    }
}

template <class S> void saturating(Warp& w, const Instruction& i, u32 mask) {
    const int bits = i.variant & ~1;
    const __int128 one = 1, most = (one << (i.variant & 1 ? bits - 1 : bits)) - 1, least = i.variant & 1 ? -most - 1 : 0;
    eachLane(mask, [&](int l) {
        const __int128 v = read<S>(w, i, 1, l);
        w.put(i, 0, l, wrapped(i.variant, u64(v < least ? least : v > most ? most : v)));
    });
}

double nearestEven(double a) { return std::nearbyint(a); }
double towardZero(double a) { return std::trunc(a); }
double down(double a) { return std::floor(a); }
double up(double a) { return std::ceil(a); }

template <class D, double (*round)(double)> void toInteger(Warp& w, const Instruction& i, u32 mask) {
    using Limits = std::numeric_limits<D>;
    constexpr double LIMIT = 2.0 * double(D(1) << (Limits::digits - 1));
    const f32* from = w.lanes<f32>(i.at[1]);
    alignas(64) D v[WARP];
    for (int l = 0; l < WARP; l++) {
        const double a = round(double(from[l]));
        // NaN: 0, and as 64 bits the sign bit alone.
        v[l] = a != a ? D(sizeof(D) == 8 ? D(1ull << 63) : D(0)) : a <= double(Limits::min()) ? Limits::min() : a >= LIMIT ? Limits::max() : D(a);
    }
    setRegister(w, i, 0, mask, v);
}

template <class S> void toFloat(Warp& w, const Instruction& i, u32 mask) {
    f32* d = w.lanes<f32>(i.at[0]);
    if (i.width[1] == 8) {
        const u64* a = w.lanes<u64>(i.at[1]);
        setLanes(d, mask, [=](int l) { return f32(S(a[l])); });
    } else if (i.width[1] == 4) {
        const u32* a = w.lanes<u32>(i.at[1]);
        setLanes(d, mask, [=](int l) { return f32(S(a[l])); });
    } else {
        const u16* a = w.lanes<u16>(i.at[1]);
        setLanes(d, mask, [=](int l) { return f32(S(a[l])); });
    }
}

template <double (*round)(double)> void integral(Warp& w, const Instruction& i, u32 mask) {
    const f32* a = w.lanes<f32>(i.at[1]);
    setLanes(w.lanes<f32>(i.at[0]), mask, [=](int l) { return f32(round(double(a[l]))); });
}

template <class D, class S> void pair(Spellings& s, const std::string& d, const std::string& from) {
    constexpr bool narrowD = sizeof(D) < 8, narrowS = sizeof(S) < 8;
    const std::string operands = {narrowD ? 'x' : letter<D>(), narrowS ? 'x' : letter<S>()};
    s.add("cvt." + d + "." + from, operands, integers<S>, Group::CONVERT, Kind::PLAIN, Space::GLOBAL, kind<D>());
    // The ISA has .sat only where a value may lie outside of the result's range.
    using From = std::numeric_limits<S>;
    using To = std::numeric_limits<D>;
    const bool below = From::is_signed && (!To::is_signed || sizeof(D) < sizeof(S)), above = From::digits > To::digits;
    if (below || above) s.add("cvt.sat." + d + "." + from, operands, saturating<S>, Group::CONVERT, Kind::PLAIN, Space::GLOBAL, kind<D>());
}

template <class D> void from(Spellings& s, const std::string& d) {
    pair<D, s8>(s, d, "s8"), pair<D, u8>(s, d, "u8"), pair<D, s16>(s, d, "s16"), pair<D, u16>(s, d, "u16");
    pair<D, s32>(s, d, "s32"), pair<D, u32>(s, d, "u32"), pair<D, s64>(s, d, "s64"), pair<D, u64>(s, d, "u64");
    const std::string result = {sizeof(D) < 4 ? 'x' : letter<D>(), 'w'};
    for (const char* ftz : {"", "ftz."}) {
        s.add(std::string("cvt.rni.") + ftz + d + ".f32", result, toInteger<D, nearestEven>, Group::CONVERT);
        s.add(std::string("cvt.rzi.") + ftz + d + ".f32", result, toInteger<D, towardZero>, Group::CONVERT);
        s.add(std::string("cvt.rmi.") + ftz + d + ".f32", result, toInteger<D, down>, Group::CONVERT);
        s.add(std::string("cvt.rpi.") + ftz + d + ".f32", result, toInteger<D, up>, Group::CONVERT);
    }
    s.add("cvt.rn.f32." + d, {'w', sizeof(D) < 4 ? 'x' : letter<D>()}, toFloat<D>, Group::CONVERT);
}

void toSingle(Warp& w, const Instruction& i, u32 mask) {
    const u16* a = w.lanes<u16>(i.at[1]);
    setLanes(w.lanes<f32>(i.at[0]), mask, [=](int l) { return halfToFloat(a[l]); });
}
void toHalf(Warp& w, const Instruction& i, u32 mask) {
    const f32* a = w.lanes<f32>(i.at[1]);
    setLanes(w.lanes<u16>(i.at[0]), mask, [=](int l) { return floatToHalf(a[l]); });
}
void halves(Warp& w, const Instruction& i, u32 mask) {
    const f32 *a = w.lanes<f32>(i.at[1]), *b = w.lanes<f32>(i.at[2]);
    setLanes(w.lanes<u32>(i.at[0]), mask, [=](int l) { return u32(floatToHalf(a[l])) << 16 | floatToHalf(b[l]); });
}
}  // namespace

void addConversions(Spellings& s) {
    from<s8>(s, "s8"), from<u8>(s, "u8"), from<s16>(s, "s16"), from<u16>(s, "u16");
    from<s32>(s, "s32"), from<u32>(s, "u32"), from<s64>(s, "s64"), from<u64>(s, "u64");
    const auto g = Group::CONVERT;
    s.add("cvt.f32.f16", "wh", toSingle, g);
    s.add("cvt.rn.f16.f32", "hw", toHalf, g);
    s.add("cvt.rn.f16x2.f32", "www", halves, g);
    s.add("cvt.rni.f32.f32", "ww", integral<nearestEven>, g);
    s.add("cvt.rzi.f32.f32", "ww", integral<towardZero>, g);
    s.add("cvt.rmi.f32.f32", "ww", integral<down>, g);
    s.add("cvt.rpi.f32.f32", "ww", integral<up>, g);
    s.add("cvt.sat.f32.f32", "ww", UNARY(f32, a > 0 ? (a < 1 ? a : 1) : 0), g);
    s.add("cvt.ftz.f32.f32", "ww", UNARY(f32, std::fabs(a) < 0x1p-126f ? std::copysign(0.f, a) : a), g);
}
}  // namespace ptx
