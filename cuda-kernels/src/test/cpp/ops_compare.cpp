// Comparisons, predicates, selections and moves (PTX ISA, "Comparison and Selection", "Data Movement").
#include <cmath>

#include "ops.h"

namespace ptx {
namespace {
void setPredicate(Warp& w, const Instruction& i, int k, u32 mask, u32 value) {
    u32& p = w.predicate(i.at[k]);
    p = (p & ~mask) | (value & mask);
}

/// Operands: p, q (the complement's place), a, b, and for combining forms c. Variant: plain, and, or, xor.
template <class T, class F> void compare(Warp& w, const Instruction& i, u32 mask, F f) {
    const T* a = w.lanes<T>(i.at[2]);
    const T* b = w.lanes<T>(i.at[3]);
    u32 r = lanesWhere([=](int l) { return f(a[l], b[l]); });
    u32 no = ~r;
    if (i.variant != 0) {
        u32 c = w.mine(i, 4);
        r = i.variant == 1 ? r & c : i.variant == 2 ? r | c : r ^ c;
        no = i.variant == 1 ? no & c : i.variant == 2 ? no | c : no ^ c;
    }
    setPredicate(w, i, 0, mask, r);
    setPredicate(w, i, 1, mask, no);
}

void addComparison(Spellings& s, const std::string& name, const std::string& type, const std::string& operands, Handler run) {
    const char* const combinations[] = {"", ".and", ".or", ".xor"};
    for (u8 v = 0; v < 4; v++) {
        s.add("setp." + name + combinations[v] + "." + type, "pp" + operands + (v ? "p" : ""), run, Group::COMPARE, Kind::PLAIN, Space::GLOBAL, v);
    }
}

#define COMPARISON(name, ...)                 \
    addComparison(s, name, type, letters<T>(2), \
                  [](Warp& w, const Instruction& i, u32 m) { compare<T>(w, i, m, [](T a, T b) { return __VA_ARGS__; }); })

template <class T> void ordered(Spellings& s, const std::string& type) {
    COMPARISON("eq", a == b);
    // Floats: true only where neither is NaN.
    COMPARISON("ne", a != b && a == a && b == b);
    COMPARISON("lt", a < b);
    COMPARISON("le", a <= b);
    COMPARISON("gt", a > b);
    COMPARISON("ge", a >= b);
}

template <class T> void unordered(Spellings& s, const std::string& type) {
    COMPARISON("equ", !(a < b || a > b));
    COMPARISON("neu", a != b);
    COMPARISON("ltu", !(a >= b));
    COMPARISON("leu", !(a > b));
    COMPARISON("gtu", !(a <= b));
    COMPARISON("geu", !(a < b));
    COMPARISON("num", a == a && b == b);
    COMPARISON("nan", a != a || b != b);
}

template <class T> void bits(Spellings& s, const std::string& type) {
    COMPARISON("eq", a == b);
    COMPARISON("ne", a != b);
}

template <class T> void select(Warp& w, const Instruction& i, u32 mask) {
    const u32 p = w.mine(i, 3);
    const auto* a = w.lanes<T>(i.at[1]);
    const auto* b = w.lanes<T>(i.at[2]);
    setLanes(w.lanes<T>(i.at[0]), mask, [=](int l) { const T x = a[l], y = b[l]; return p >> l & 1 ? x : y; });
}

template <class T> void choice(Spellings& s, const std::string& type) {
    s.add("selp." + type, letters<T>(3) + "p", select<T>, Group::MOVE);
    s.add("mov." + type, letters<T>(2), UNARY(T, a), Group::MOVE);
}

#define PREDICATES(...)                                                                \
    [](Warp& w, const Instruction& i, u32 mask) {                                      \
        u32 a = w.mine(i, 1), b = i.count > 2 ? w.mine(i, 2) : 0;                      \
        (void)b;                                                                       \
        setPredicate(w, i, 0, mask, __VA_ARGS__);                                      \
    }

/// mov between one register of W and a vector of narrower ones of P, lowest part first.
template <class W, class P> void pack(Warp& w, const Instruction& i, u32 mask) {
    constexpr int parts = sizeof(W) / sizeof(P);
    const P* a[parts];
    for (int k = 0; k < parts; k++) a[k] = w.lanes<P>(i.at[1 + k]);
    setLanes(w.lanes<W>(i.at[0]), mask, [=](int l) {
        W v = 0;
        for (int k = 0; k < parts; k++) v |= W(a[k][l]) << (8 * int(sizeof(P)) * k);
        return v;
    });
}
template <class W, class P> void unpack(Warp& w, const Instruction& i, u32 mask) {
    constexpr int parts = sizeof(W) / sizeof(P);
    W a[WARP];
    memcpy(a, w.lanes<W>(i.at[parts]), sizeof a);
    for (int k = 0; k < parts; k++) {
        const int shift = 8 * int(sizeof(P)) * k;
        setLanes(w.lanes<P>(i.at[k]), mask, [&](int l) { return P(a[l] >> shift); });
    }
}
}  // namespace

void addComparisons(Spellings& s) {
    ordered<s16>(s, "s16"), ordered<u16>(s, "u16"), ordered<s32>(s, "s32"), ordered<u32>(s, "u32");
    ordered<s64>(s, "s64"), ordered<u64>(s, "u64"), ordered<f32>(s, "f32");
    unordered<f32>(s, "f32");
    bits<u16>(s, "b16"), bits<u32>(s, "b32"), bits<u64>(s, "b64");
    // Unsigned comparisons under their older names.
    for (const char* type : {"u16", "u32", "u64"}) {
        const std::pair<const char*, const char*> names[] = {{"lo", "lt"}, {"ls", "le"}, {"hi", "gt"}, {"hs", "ge"}};
        for (const auto& [old, now] : names) {
            const Spelling* same = s.find(std::string("setp.") + now + "." + type);
            s.add(std::string("setp.") + old + "." + type, same->signature, same->run, same->group);
        }
    }
}

void addMoves(Spellings& s) {
    for (const char* type : {"b16", "u16", "s16"}) choice<u16>(s, type);
    for (const char* type : {"b32", "u32", "s32", "f32"}) choice<u32>(s, type);
    for (const char* type : {"b64", "u64", "s64", "f64"}) choice<u64>(s, type);
    const auto g = Group::COMPARE;
    s.add("mov.pred", "pp", PREDICATES(a), g);
    s.add("not.pred", "pp", PREDICATES(~a), g);
    s.add("and.pred", "ppp", PREDICATES(a & b), g);
    s.add("or.pred", "ppp", PREDICATES(a | b), g);
    s.add("xor.pred", "ppp", PREDICATES(a ^ b), g);
    // Vectors: the parser asks for these names.
    s.add("mov.b32.pack2", "whh", pack<u32, u16>, Group::MOVE);
    s.add("mov.b64.pack2", "qww", pack<u64, u32>, Group::MOVE);
    s.add("mov.b64.pack4", "qhhhh", pack<u64, u16>, Group::MOVE);
    s.add("mov.b32.unpack2", "hhw", unpack<u32, u16>, Group::MOVE);
    s.add("mov.b64.unpack2", "wwq", unpack<u64, u32>, Group::MOVE);
    s.add("mov.b64.unpack4", "hhhhq", unpack<u64, u16>, Group::MOVE);
    s.add("cvta.to.global.u64", "qq", UNARY(u64, a), Group::INTEGER);
    s.add("cvta.global.u64", "qq", UNARY(u64, a), Group::INTEGER);
    s.add("cvta.to.shared.u64", "qq", UNARY(u64, a - SHARED_WINDOW), Group::INTEGER);
    s.add("cvta.shared.u64", "qq", UNARY(u64, a + SHARED_WINDOW), Group::INTEGER);
    s.add("cvta.to.local.u64", "qq", UNARY(u64, a - LOCAL_WINDOW), Group::INTEGER);
    s.add("cvta.local.u64", "qq", UNARY(u64, a + LOCAL_WINDOW), Group::INTEGER);
}
}  // namespace ptx
