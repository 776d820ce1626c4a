// Floating point (PTX ISA, "Floating Point Instructions"). Approximations are computed to the last bit or so: a test may
// rely on PTX's error bounds only. Built with -frounding-math: directed rounding changes the processor's mode.
#include <cfenv>
#include <cmath>

#include "ops.h"

namespace ptx {
namespace {
u32 bitsOf(f32 a) { return bitsAs<u32>(a); }
f32 ofBits(u32 b) { return bitsAs<f32>(b); }
constexpr u32 NAN_BITS = 0x7fffffffu;  // what PTX gives for NaN

/// Subnormal numbers become zero of the same sign.
f32 flush(f32 a) { return (bitsOf(a) & 0x7f800000u) == 0 ? ofBits(bitsOf(a) & 0x80000000u) : a; }
f32 canonical(f32 a) { return a != a ? ofBits(NAN_BITS) : a; }
f32 saturate(f32 a) { return a != a ? 0 : a < 0 ? 0 : a > 1 ? 1 : a == 0 ? 0 : a; }

template <bool ftz> f32 in(f32 a) { return ftz ? flush(a) : a; }
template <bool ftz> f32 out(f32 a) { return canonical(ftz ? flush(a) : a); }

f32 smaller(f32 a, f32 b) {
    if (a != a) return b;
    if (b != b) return a;
    return a == b ? ofBits(bitsOf(a) | bitsOf(b)) : a < b ? a : b;
}
f32 larger(f32 a, f32 b) {
    if (a != a) return b;
    if (b != b) return a;
    return a == b ? ofBits(bitsOf(a) & bitsOf(b)) : a > b ? a : b;
}

/// 2^a by its power series in double precision, without branches; what is left out is smaller than a double's last bit.
inline __attribute__((always_inline)) f32 powerOfTwo(f32 a) {
    constexpr double COEFFICIENTS[] = {0.6931471805599453, 0.24022650695910072, 0.05550410866482158, 0.009618129107628477, 0.0013333558146428443,
                                        0.0001540353039338161, 1.5252733804059841e-05, 1.321548679014431e-06, 1.01780860092397e-07, 7.054911620801123e-09,
                                        4.4455382718708116e-10, 2.5678435993488206e-11, 1.3691488853904128e-12, 6.778726354822545e-14};  // ln(2)^k / k!
    const double x = a < -200 ? -200.0 : a > 200 ? 200.0 : double(a);  // beyond: zero or infinity as F32
    const double whole = std::nearbyint(x), r = x - whole;
    double sum = 0;
#pragma GCC unroll 16
    for (int k = 13; k >= 0; k--) sum = (sum + COEFFICIENTS[k]) * r;
    const double power = bitsAs<double>(u64(s64(s32(whole) + 1023)) << 52);
    return a != a ? a : f32((1 + sum) * power);
}

/// Rounds as `mode` says while f runs.
template <int mode, class F> void rounded(F f) {
    if (mode == FE_TONEAREST) {
        f();
    } else {
        fesetround(mode);
        f();
        fesetround(FE_TONEAREST);
    }
}

#define FLOAT2(ftz, mode, ...)                                                          \
    [](Warp& w, const Instruction& i, u32 mask) {                                       \
        f32* d = w.lanes<f32>(i.at[0]);                                                 \
        const f32 *a_ = w.lanes<f32>(i.at[1]), *b_ = w.lanes<f32>(i.at[2]);             \
        rounded<mode>([=] {                                                             \
            setLanes(d, mask, [=](int l) {                                              \
                f32 a = in<ftz>(a_[l]), b = in<ftz>(b_[l]);                             \
                return out<ftz>(__VA_ARGS__);                                           \
            });                                                                         \
        });                                                                             \
    }
#define FLOAT1(ftz, ...) UNARY(f32, [](f32 a) { a = in<ftz>(a); return out<ftz>(__VA_ARGS__); }(a))
/// By a function of the C library.
#define FUNCTION(ftz, ...) UNARY_EACH(f32, [](f32 a) { a = in<ftz>(a); return out<ftz>(__VA_ARGS__); }(a))

template <bool ftz, int mode> void fuse(Warp& w, const Instruction& i, u32 mask) {
    f32* d = w.lanes<f32>(i.at[0]);
    const f32 *a = w.lanes<f32>(i.at[1]), *b = w.lanes<f32>(i.at[2]), *c = w.lanes<f32>(i.at[3]);
    w.block->counters.floatMultiplyAdds += u32(__builtin_popcount(mask));
    rounded<mode>([=] {
        setLanes(d, mask, [=](int l) { return out<ftz>(__builtin_fmaf(in<ftz>(a[l]), in<ftz>(b[l]), in<ftz>(c[l]))); });
    });
}

template <bool ftz, int mode> void roundings(Spellings& s, const std::string& rounding, const std::string& plainToo) {
    const auto g = Group::FLOAT;
    const std::string type = ftz ? "ftz.f32" : "f32";
    for (const std::string& r : {rounding, plainToo}) {
        s.add("add." + r + type, "www", FLOAT2(ftz, mode, a + b), g);
        s.add("sub." + r + type, "www", FLOAT2(ftz, mode, a - b), g);
        s.add("mul." + r + type, "www", FLOAT2(ftz, mode, a * b), g);
    }
    s.add("div." + rounding + type, "www", FLOAT2(ftz, mode, a / b), g);
    s.add("fma." + rounding + type, "wwww", fuse<ftz, mode>, g);
    s.add("mad." + rounding + type, "wwww", fuse<ftz, mode>, g);
}

template <bool ftz> void flushing(Spellings& s, const std::string& f) {
    const auto g = Group::FLOAT;
    roundings<ftz, FE_TONEAREST>(s, "rn.", "");
    roundings<ftz, FE_TOWARDZERO>(s, "rz.", "rz.");
    roundings<ftz, FE_DOWNWARD>(s, "rm.", "rm.");
    roundings<ftz, FE_UPWARD>(s, "rp.", "rp.");
    s.add("abs." + f, "ww", UNARY(f32, ofBits(bitsOf(in<ftz>(a)) & 0x7fffffffu)), g);
    s.add("neg." + f, "ww", UNARY(f32, ofBits(bitsOf(in<ftz>(a)) ^ 0x80000000u)), g);
    s.add("min." + f, "www", FLOAT2(ftz, FE_TONEAREST, smaller(a, b)), g);
    s.add("max." + f, "www", FLOAT2(ftz, FE_TONEAREST, larger(a, b)), g);
    s.add("rcp.rn." + f, "ww", FLOAT1(ftz, 1 / a), g);
    s.add("sqrt.rn." + f, "ww", FLOAT1(ftz, std::sqrt(a)), g);
    s.add("rcp.approx." + f, "ww", FLOAT1(ftz, 1 / a), g);
    s.add("sqrt.approx." + f, "ww", FLOAT1(ftz, std::sqrt(a)), g);
    s.add("rsqrt.approx." + f, "ww", FLOAT1(ftz, f32(1 / std::sqrt(double(a)))), g);
    s.add("div.approx." + f, "www", FLOAT2(ftz, FE_TONEAREST, std::fabs(b) > 0x1p126f && std::fabs(b) < INFINITY ? a * 0 : a / b), g);
    s.add("div.full." + f, "www", FLOAT2(ftz, FE_TONEAREST, a / b), g);
    s.add("ex2.approx." + f, "ww", FLOAT1(ftz, powerOfTwo(a)), g);
    s.add("lg2.approx." + f, "ww", FUNCTION(ftz, f32(std::log2(double(a)))), g);
    s.add("sin.approx." + f, "ww", FUNCTION(ftz, f32(std::sin(double(a)))), g);
    s.add("cos.approx." + f, "ww", FUNCTION(ftz, f32(std::cos(double(a)))), g);
}
}  // namespace

void addFloats(Spellings& s) {
    flushing<false>(s, "f32");
    flushing<true>(s, "ftz.f32");
    const auto g = Group::FLOAT;
    s.add("add.sat.f32", "www", FLOAT2(false, FE_TONEAREST, saturate(a + b)), g);
    s.add("fma.rn.sat.f32", "wwww", TERNARY(f32, f32, f32, f32, saturate(__builtin_fmaf(a, b, c))), g);
    s.add("copysign.f32", "www", BINARY(u32, (a & 0x80000000u) | (b & 0x7fffffffu)), g);
    s.add("tanh.approx.f32", "ww", FUNCTION(false, f32(std::tanh(double(a)))), g);
}
}  // namespace ptx
