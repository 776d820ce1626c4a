// Integer and bit instructions (PTX ISA, "Integer Arithmetic Instructions", "Logic and Shift Instructions").
#include <immintrin.h>

#include "ops.h"

namespace ptx {
namespace {
template <class T> struct Wide;
template <> struct Wide<s16> { using type = s32; };
template <> struct Wide<u16> { using type = u32; };
template <> struct Wide<s32> { using type = s64; };
template <> struct Wide<u32> { using type = u64; };
template <> struct Wide<s64> { using type = __int128; };
template <> struct Wide<u64> { using type = unsigned __int128; };

/// Of sums and products, done unsigned: C++ leaves signed overflow undefined, PTX wraps.
template <class T> using Wrapping = std::make_unsigned_t<T>;
template <class T> T addWrapping(T a, T b) { return T(Wrapping<T>(a) + Wrapping<T>(b)); }
template <class T> T subWrapping(T a, T b) { return T(Wrapping<T>(a) - Wrapping<T>(b)); }
template <class T> T mulWrapping(T a, T b) { return T(u64(a) * u64(b)); }
template <class T> T mulHigh(T a, T b) {
    using W = typename Wide<T>::type;
    return T(W(W(a) * W(b)) >> (8 * sizeof(T)));
}
template <class T> T divide(T a, T b) { return b == 0 ? T(-1) : std::is_signed<T>::value && b == T(-1) ? subWrapping<T>(0, a) : T(a / b); }
template <class T> T remainder(T a, T b) { return b == 0 ? a : std::is_signed<T>::value && b == T(-1) ? T(0) : T(a % b); }
template <class T> T absolute(T a) { return a < 0 ? subWrapping<T>(0, a) : a; }

template <class T> void arithmetic(Spellings& s, const std::string& type) {
    const auto g = Group::INTEGER;
    s.add("add." + type, letters<T>(3), BINARY(T, addWrapping<T>(a, b)), g);
    s.add("sub." + type, letters<T>(3), BINARY(T, subWrapping<T>(a, b)), g);
    s.add("mul.lo." + type, letters<T>(3), BINARY(T, mulWrapping<T>(a, b)), g);
    s.add("mul.hi." + type, letters<T>(3), BINARY(T, mulHigh<T>(a, b)), g);
    s.add("mad.lo." + type, letters<T>(4), TERNARY(T, T, T, T, addWrapping<T>(mulWrapping<T>(a, b), c)), g);
    s.add("mad.hi." + type, letters<T>(4), TERNARY(T, T, T, T, addWrapping<T>(mulHigh<T>(a, b), c)), g);
    s.add("div." + type, letters<T>(3), BINARY(T, divide<T>(a, b)), g);
    s.add("rem." + type, letters<T>(3), BINARY(T, remainder<T>(a, b)), g);
    s.add("min." + type, letters<T>(3), BINARY(T, a < b ? a : b), g);
    s.add("max." + type, letters<T>(3), BINARY(T, a > b ? a : b), g);
    constexpr u32 bits = 8 * sizeof(T);
    const std::string shift = std::string(2, letter<T>()) + "w";
    s.add("shr." + type, shift, MIXED(T, T, u32, b < bits ? T(a >> b) : a < 0 ? T(-1) : T(0)), g);
}

template <class T> void wide(Spellings& s, const std::string& type) {
    using W = typename Wide<T>::type;
    const std::string product = std::string(1, letter<W>()) + letters<T>(2);
    s.add("mul.wide." + type, product, MIXED(W, T, T, W(a) * W(b)), Group::INTEGER);
    s.add("mad.wide." + type, product + letter<W>(), TERNARY(W, T, T, W, addWrapping<W>(W(a) * W(b), c)), Group::INTEGER);
}

template <class T> void negatable(Spellings& s, const std::string& type) {
    s.add("neg." + type, letters<T>(2), UNARY(T, subWrapping<T>(0, a)), Group::INTEGER);
    s.add("abs." + type, letters<T>(2), UNARY(T, absolute<T>(a)), Group::INTEGER);
}

template <class T> void bitwise(Spellings& s, const std::string& type) {
    const auto g = Group::INTEGER;
    constexpr u32 bits = 8 * sizeof(T);
    s.add("and." + type, letters<T>(3), BINARY(T, a & b), g);
    s.add("or." + type, letters<T>(3), BINARY(T, a | b), g);
    s.add("xor." + type, letters<T>(3), BINARY(T, a ^ b), g);
    s.add("not." + type, letters<T>(2), UNARY(T, ~a), g);
    s.add("cnot." + type, letters<T>(2), UNARY(T, a == 0 ? 1 : 0), g);
    const std::string shift = std::string(2, letter<T>()) + "w";
    s.add("shl." + type, shift, MIXED(T, T, u32, b < bits ? T(a << b) : T(0)), g);
    s.add("shr." + type, shift, MIXED(T, T, u32, b < bits ? T(a >> b) : T(0)), g);
}

u32 reverse(u32 a) {
    u32 r = 0;
    for (int k = 0; k < 32; k++) r |= (a >> k & 1) << (31 - k);
    return r;
}

/// Default mode of prmt: each nibble of the selector picks one of 8 bytes; its top bit repeats that byte's sign.
u32 permute(u32 a, u32 b, u32 selector) {
    u64 bytes = u64(b) << 32 | a;
    u32 r = 0;
    for (int k = 0; k < 4; k++) {
        u32 nibble = selector >> (4 * k) & 15, byte = u32(bytes >> (8 * (nibble & 7))) & 255;
        if (nibble & 8) byte = byte & 128 ? 255 : 0;
        r |= byte << (8 * k);
    }
    return r;
}

/// Field of `length` bits from bit `position` on; beyond the end: copies of the sign, which is the field's top bit.
template <class T> T extract(T a, u32 position, u32 length) {
    constexpr u32 bits = 8 * sizeof(T);
    position &= 255, length &= 255;
    if (std::is_signed<T>::value) {
        const u32 unused = bits - (length < bits ? length : bits);
        const T v = T(a >> (position < bits ? position : bits - 1));
        return length == 0 ? T(0) : T(v << unused) >> unused;
    }
    const T v = position < bits ? T(a >> position) : T(0);
    return length < bits ? v & T((T(1) << length) - 1) : v;
}

template <class T> T insert(T a, T b, u32 position, u32 length) {
    constexpr u32 bits = 8 * sizeof(T);
    position &= 255, length &= 255;
    const T field = length < bits ? T((T(1) << length) - 1) : T(-1);
    const T at = position < bits ? T(field << position) : T(0);
    return T((b & ~at) | (T(a << (position & (bits - 1))) & at));
}

u32 logic3(u32 a, u32 b, u32 c, u32 table) {
    u32 r = 0;
    for (u32 k = 0; k < 8; k++) r |= -(table >> k & 1) & (k & 4 ? a : ~a) & (k & 2 ? b : ~b) & (k & 1 ? c : ~c);
    return r;
}

template <class T, class F> void quaternary(Warp& w, const Instruction& i, u32 mask, F f) {
    const T *a = w.lanes<T>(i.at[1]), *b = w.lanes<T>(i.at[2]);
    const u32 *c = w.lanes<u32>(i.at[3]), *d = w.lanes<u32>(i.at[4]);
    setLanes(w.lanes<T>(i.at[0]), mask, [=](int l) { return f(a[l], b[l], c[l], d[l]); });
}

#ifdef __AVX2__
/// The four bytes of each lane as numbers of 16 bits: the first and third, or the second and fourth.
template <class A> __m256i evenBytes(__m256i a) {
    return std::is_signed<A>::value ? _mm256_srai_epi16(_mm256_slli_epi16(a, 8), 8) : _mm256_and_si256(a, _mm256_set1_epi16(255));
}
template <class A> __m256i oddBytes(__m256i a) { return std::is_signed<A>::value ? _mm256_srai_epi16(a, 8) : _mm256_srli_epi16(a, 8); }

template <class A, class B> void dot4(Warp& w, const Instruction& i, u32 mask) {
    alignas(32) u32 sums[WARP];
    for (int l = 0; l < WARP; l += 8) {
        const auto at = [&](int k) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(w.lanes<u32>(i.at[k]) + l)); };
        const __m256i a = at(1), b = at(2), even = _mm256_madd_epi16(evenBytes<A>(a), evenBytes<B>(b)),
                      odd = _mm256_madd_epi16(oddBytes<A>(a), oddBytes<B>(b));
        _mm256_store_si256(reinterpret_cast<__m256i*>(sums + l), _mm256_add_epi32(_mm256_add_epi32(even, odd), at(3)));
    }
    setLanes(w.lanes<u32>(i.at[0]), mask, [&](int l) { return sums[l]; });
}
#else
template <class A, class B> void dot4(Warp& w, const Instruction& i, u32 mask) {
    const u32 *a = w.lanes<u32>(i.at[1]), *b = w.lanes<u32>(i.at[2]), *c = w.lanes<u32>(i.at[3]);
    setLanes(w.lanes<u32>(i.at[0]), mask, [=](int l) {
        u32 sum = c[l];
        for (int k = 0; k < 4; k++) sum += u32(s32(A(a[l] >> (8 * k))) * s32(B(b[l] >> (8 * k))));
        return sum;
    });
}
#endif
}  // namespace

void addIntegers(Spellings& s) {
    const auto g = Group::INTEGER;
    arithmetic<s16>(s, "s16"), arithmetic<u16>(s, "u16"), arithmetic<s32>(s, "s32");
    arithmetic<u32>(s, "u32"), arithmetic<s64>(s, "s64"), arithmetic<u64>(s, "u64");
    wide<s16>(s, "s16"), wide<u16>(s, "u16"), wide<s32>(s, "s32"), wide<u32>(s, "u32");
    negatable<s16>(s, "s16"), negatable<s32>(s, "s32"), negatable<s64>(s, "s64");
    bitwise<u16>(s, "b16"), bitwise<u32>(s, "b32"), bitwise<u64>(s, "b64");
    s.add("popc.b32", "ww", UNARY(u32, __builtin_popcount(a)), g);
    s.add("clz.b32", "ww", UNARY(u32, a == 0 ? 32 : __builtin_clz(a)), g);
    s.add("brev.b32", "ww", UNARY(u32, reverse(a)), g);
    s.add("prmt.b32", "wwww", TERNARY(u32, u32, u32, u32, permute(a, b, c)), g);
    s.add("bfe.u32", "wwww", TERNARY(u32, u32, u32, u32, extract<u32>(a, b, c)), g);
    s.add("bfe.s32", "wwww", TERNARY(s32, s32, u32, u32, extract<s32>(a, b, c)), g);
    s.add("bfi.b32", "wwwww", [](Warp& w, const Instruction& i, u32 m) { quaternary<u32>(w, i, m, insert<u32>); }, g);
    s.add("bfi.b64", "qqqww", [](Warp& w, const Instruction& i, u32 m) { quaternary<u64>(w, i, m, insert<u64>); }, g);
    s.add("lop3.b32", "wwwww", [](Warp& w, const Instruction& i, u32 m) { quaternary<u32>(w, i, m, logic3); }, g);
    s.add("shf.l.wrap.b32", "wwww", TERNARY(u32, u32, u32, u32, u32((u64(b) << 32 | a) << (c & 31) >> 32)), g);
    s.add("shf.r.wrap.b32", "wwww", TERNARY(u32, u32, u32, u32, u32((u64(b) << 32 | a) >> (c & 31))), g);
    s.add("shf.l.clamp.b32", "wwww", TERNARY(u32, u32, u32, u32, u32((u64(b) << 32 | a) << (c < 32 ? c : 32) >> 32)), g);
    s.add("shf.r.clamp.b32", "wwww", TERNARY(u32, u32, u32, u32, u32((u64(b) << 32 | a) >> (c < 32 ? c : 32))), g);
    s.add("dp4a.s32.s32", "wwww", dot4<s8, s8>, Group::DP4A);
    s.add("dp4a.s32.u32", "wwww", dot4<s8, u8>, Group::DP4A);
    s.add("dp4a.u32.s32", "wwww", dot4<u8, s8>, Group::DP4A);
    s.add("dp4a.u32.u32", "wwww", dot4<u8, u8>, Group::DP4A);
}
}  // namespace ptx
