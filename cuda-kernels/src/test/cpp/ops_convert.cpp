// cvt (PTX ISA, "Data Movement and Conversion Instructions: cvt"): integers among each other, floats to integers and
// back, F16 and F32.
#include <cmath>
#include <limits>

#include "ops.h"

namespace ptx {
float halfToFloat(u16 h) {
    u32 sign = u32(h & 0x8000) << 16, exponent = h >> 10 & 31, fraction = h & 1023, bits;
    if (exponent == 0) {
        float f = std::ldexp(float(fraction), -24);
        return sign ? -f : f;
    }
    bits = sign | (exponent == 31 ? 255u : exponent + 112) << 23 | fraction << 13;
    float f;
    memcpy(&f, &bits, 4);
    return f;
}

u16 floatToHalf(float f) {
    u32 bits;
    memcpy(&bits, &f, 4);
    u16 sign = u16(bits >> 16 & 0x8000);
    u32 rest = bits & 0x7fffffffu;
    if (rest > 0x7f800000u) return 0x7fff;               // NaN
    if (rest >= 0x477ff000u) return u16(sign | 0x7c00);  // rounds to infinity
    if (rest < 0x38800000u) {                            // subnormal as F16: in steps of 2^-24
        return u16(sign | u32(std::nearbyint(std::ldexp(double(std::fabs(f)), 24))));
    }
    u32 odd = rest >> 13 & 1;
    return u16(sign | ((rest - 0x38000000u + 0xfff + odd) >> 13));
}

namespace {
/// An operand of up to 32 bits may lie in a wider register: its low bits count.
template <class T> T read(Warp& w, const Instruction& i, int k, int l) {
    T v;
    memcpy(&v, w.lane(i, k, l), sizeof v);
    return v;
}
/// A result narrower than its register is extended by its own signedness.
template <class T> void write(Warp& w, const Instruction& i, int l, T v) { w.put(i, 0, l, std::is_signed<T>::value ? u64(s64(v)) : u64(v)); }

/// Of an integer result, in an instruction's variant: its bits, and 1 more where it is signed.
template <class D> constexpr u8 kind() { return u8(8 * sizeof(D) + std::is_signed<D>::value); }

/// Keeps the bits of a result's type and extends them by its signedness.
u64 wrapped(u8 variant, u64 v) {
    const int unused = 64 - (variant & ~1);
    return variant & 1 ? u64(s64(v << unused) >> unused) : v << unused >> unused;
}

template <class S> void integers(Warp& w, const Instruction& i, u32 mask) {
    eachLane(mask, [&](int l) { w.put(i, 0, l, wrapped(i.variant, u64(read<S>(w, i, 1, l)))); });
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
    eachLane(mask, [&](int l) {
        double a = round(double(read<f32>(w, i, 1, l)));
        // NaN: 0, and as 64 bits the sign bit alone.
        D v = a != a ? D(sizeof(D) == 8 ? D(1ull << 63) : D(0)) : a <= double(Limits::min()) ? Limits::min() : a >= std::ldexp(1.0, Limits::digits) ? Limits::max() : D(a);
        write<D>(w, i, l, v);
    });
}

template <class S> void toFloat(Warp& w, const Instruction& i, u32 mask) {
    eachLane(mask, [&](int l) { w.lanes<f32>(i.at[0])[l] = f32(read<S>(w, i, 1, l)); });
}

template <double (*round)(double)> void integral(Warp& w, const Instruction& i, u32 mask) {
    eachLane(mask, [&](int l) { w.lanes<f32>(i.at[0])[l] = f32(round(double(w.lanes<f32>(i.at[1])[l]))); });
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
    eachLane(mask, [&](int l) { w.lanes<f32>(i.at[0])[l] = halfToFloat(w.lanes<u16>(i.at[1])[l]); });
}
void toHalf(Warp& w, const Instruction& i, u32 mask) {
    eachLane(mask, [&](int l) { w.lanes<u16>(i.at[0])[l] = floatToHalf(w.lanes<f32>(i.at[1])[l]); });
}
void halves(Warp& w, const Instruction& i, u32 mask) {
    auto *d = w.lanes<u32>(i.at[0]);
    const auto *a = w.lanes<f32>(i.at[1]), *b = w.lanes<f32>(i.at[2]);
    eachLane(mask, [=](int l) { d[l] = u32(floatToHalf(a[l])) << 16 | floatToHalf(b[l]); });
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
