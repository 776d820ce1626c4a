package io.jgemma.cuda;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * Instructions that work lane by lane, with what the PTX ISA says of them written in Java. Operands and results are raw bits
 * in a long; a reference sees the values of its operand types, sign or zero extended.
 */
final class OpcodeCases {
    interface Reference {
        long apply(long a, long b, long c);
    }

    /**
     * @param types of the result and the operands, e.g. {@code "s64 s32 s32"}; {@code s32@64} is one of 32 bits in a
     *     register of 64
     * @param tolerance 0: bits are equal; otherwise the relative error of an F32 result
     */
    record Case(String opcode, String types, Reference reference, double tolerance) {
        String[] each() {
            return types.split(" ");
        }
    }

    private final List<Case> cases = new ArrayList<>();

    static List<Case> all() {
        OpcodeCases all = new OpcodeCases();
        for (String type : List.of("s16", "u16", "s32", "u32", "s64", "u64")) {
            all.arithmetic(type);
            all.comparisons(type);
        }
        for (int bits : new int[] {16, 32, 64}) {
            all.bitwise(bits);
        }
        all.odd();
        all.conversions();
        all.wideRegisters();
        all.moves();
        FloatCases.addTo(all);
        return all.cases;
    }

    void add(String opcode, String types, Reference reference) {
        cases.add(new Case(opcode, types, reference, 0));
    }

    void add(String opcode, String types, double tolerance, Reference reference) {
        cases.add(new Case(opcode, types, reference, tolerance));
    }

    static int bits(String type) {
        return Integer.parseInt(type.substring(1).split("@", 2)[0]);
    }

    /** Bits of the register that a value lies in. */
    static int held(String type) {
        int at = type.indexOf('@');
        return at < 0 ? Math.max(16, bits(type)) : Integer.parseInt(type.substring(at + 1));
    }

    static boolean isSigned(String type) {
        return type.charAt(0) == 's';
    }

    /** The value that raw bits of a type stand for, as a long. */
    static long extend(long raw, String type) {
        int unused = 64 - bits(type);
        return isSigned(type) ? raw << unused >> unused : raw << unused >>> unused;
    }

    private static BigInteger big(long value, String type) {
        BigInteger v = BigInteger.valueOf(value);
        return type.equals("u64") && value < 0 ? v.add(BigInteger.ONE.shiftLeft(64)) : v;
    }

    private void arithmetic(String type) {
        boolean signed = isSigned(type);
        String two = type + " " + type + " " + type;
        String three = two + " " + type;
        add("add." + type, two, (a, b, c) -> a + b);
        add("sub." + type, two, (a, b, c) -> a - b);
        add("mul.lo." + type, two, (a, b, c) -> a * b);
        Reference high = (a, b, c) ->
                big(a, type).multiply(big(b, type)).shiftRight(bits(type)).longValue();
        add("mul.hi." + type, two, high);
        add("mad.lo." + type, three, (a, b, c) -> a * b + c);
        add("mad.hi." + type, three, (a, b, c) -> high.apply(a, b, c) + c);
        // Division by zero gives anything: the operand is kept from it.
        add("div." + type, two, (a, b, c) -> b == 0 ? -1 : signed ? a / b : Long.divideUnsigned(a, b));
        add("rem." + type, two, (a, b, c) -> b == 0 ? a : signed ? a % b : Long.remainderUnsigned(a, b));
        add("min." + type, two, (a, b, c) -> signed ? Math.min(a, b) : Long.compareUnsigned(a, b) < 0 ? a : b);
        add("max." + type, two, (a, b, c) -> signed ? Math.max(a, b) : Long.compareUnsigned(a, b) > 0 ? a : b);
        int most = bits(type) - 1;
        add("shr." + type, type + " " + type + " u32", (a, b, c) -> {
            long by = Math.min(b, most);
            return signed ? a >> by : b > most ? 0 : a >>> by;
        });
        if (bits(type) < 64) {
            String wide = type.charAt(0) + "" + 2 * bits(type);
            add("mul.wide." + type, wide + " " + type + " " + type, (a, b, c) -> a * b);
            add("mad.wide." + type, wide + " " + type + " " + type + " " + wide, (a, b, c) -> a * b + c);
        }
        if (signed) {
            add("neg." + type, type + " " + type, (a, b, c) -> -a);
            add("abs." + type, type + " " + type, (a, b, c) -> Math.abs(a));
        }
    }

    private void comparisons(String type) {
        Map<String, IntPredicate> all = Map.of(
                "eq", o -> o == 0,
                "ne", o -> o != 0,
                "lt", o -> o < 0,
                "le", o -> o <= 0,
                "gt", o -> o > 0,
                "ge", o -> o >= 0);
        all.forEach((name, test) -> add("setp." + name + "." + type, "p " + type + " " + type, (a, b, c) -> {
            int order = isSigned(type) ? Long.compare(a, b) : Long.compareUnsigned(a, b);
            return test.test(order) ? 1 : 0;
        }));
    }

    private void bitwise(int bits) {
        String type = "b" + bits;
        String one = type + " " + type;
        add("and." + type, one + " " + type, (a, b, c) -> a & b);
        add("or." + type, one + " " + type, (a, b, c) -> a | b);
        add("xor." + type, one + " " + type, (a, b, c) -> a ^ b);
        add("not." + type, one, (a, b, c) -> ~a);
        add("cnot." + type, one, (a, b, c) -> a == 0 ? 1 : 0);
        add("shl." + type, one + " u32", (a, b, c) -> b >= bits ? 0 : a << b);
        add("shr." + type, one + " u32", (a, b, c) -> b >= bits ? 0 : a >>> b);
        add("setp.eq." + type, "p " + one, (a, b, c) -> a == b ? 1 : 0);
        add("setp.ne." + type, "p " + one, (a, b, c) -> a != b ? 1 : 0);
    }

    private static long dot4(long a, long b, long c, boolean signedA, boolean signedB) {
        long sum = c;
        for (int k = 0; k < 32; k += 8) {
            sum += extend(a >> k, signedA ? "s8" : "u8") * extend(b >> k, signedB ? "s8" : "u8");
        }
        return sum;
    }

    private void odd() {
        add("popc.b32", "u32 b32", (a, b, c) -> Long.bitCount(a));
        add("clz.b32", "u32 b32", (a, b, c) -> Integer.numberOfLeadingZeros((int) a));
        add("brev.b32", "b32 b32", (a, b, c) -> Integer.reverse((int) a));
        for (String x : List.of("s32", "u32")) {
            for (String y : List.of("s32", "u32")) {
                String sum = x.equals("u32") && y.equals("u32") ? "u32" : "s32";
                add(
                        "dp4a." + x + "." + y,
                        sum + " b32 b32 " + sum,
                        (a, b, c) -> dot4(a, b, c, isSigned(x), isSigned(y)));
            }
        }
        add("prmt.b32", "b32 b32 b32 b32", (a, b, c) -> {
            long bytes = b << 32 | a;
            long r = 0;
            for (int k = 0; k < 4; k++) {
                long nibble = (c >> (4 * k)) & 15;
                long one = (bytes >> (8 * (nibble & 7))) & 255;
                r |= ((nibble & 8) == 0 ? one : (one & 128) == 0 ? 0 : 255) << (8 * k);
            }
            return r;
        });
        for (String type : List.of("u32", "s32")) {
            add("bfe." + type, type + " " + type + " u32 u32", (a, b, c) -> {
                int at = (int) (b & 255);
                int length = (int) (c & 255);
                long sign = isSigned(type) && length > 0 ? (a >> Math.min(at + length - 1, 31)) & 1 : 0;
                long r = 0;
                for (int k = 0; k < 32; k++) {
                    r |= (k < length && at + k < 32 ? (a >> (at + k)) & 1 : sign) << k;
                }
                return r;
            });
        }
        // Its last operand, the length, is an immediate.
        for (int bits : new int[] {32, 64}) {
            String type = "b" + bits;
            for (int length : new int[] {0, 1, 4, 13, 32}) {
                add("bfi." + type + "#" + length, type + " " + type + " " + type + " u32", (a, b, c) -> {
                    int at = (int) (c & 255);
                    long r = b;
                    for (int k = 0; k < length && at + k < bits; k++) {
                        r = (r & ~(1L << (at + k))) | (((a >> k) & 1) << (at + k));
                    }
                    return r;
                });
            }
        }
        add("shf.l.wrap.b32", "b32 b32 b32 u32", (a, b, c) -> (b << 32 | a) << (c & 31) >>> 32);
        add("shf.r.wrap.b32", "b32 b32 b32 u32", (a, b, c) -> (b << 32 | a) >>> (c & 31));
        add("shf.l.clamp.b32", "b32 b32 b32 u32", (a, b, c) -> (b << 32 | a) << Math.min(c, 32) >>> 32);
        add("shf.r.clamp.b32", "b32 b32 b32 u32", (a, b, c) -> (b << 32 | a) >>> Math.min(c, 32));
        // With its immediate table: a few of the 256.
        for (int table : new int[] {0x80, 0xe8, 0x96, 0xfe, 0xca, 0x1b}) {
            add("lop3.b32#" + table, "b32 b32 b32 b32", (a, b, c) -> {
                long r = 0;
                for (int k = 0; k < 32; k++) {
                    long row = (((a >> k) & 1) << 2) | (((b >> k) & 1) << 1) | ((c >> k) & 1);
                    r |= ((table >> row) & 1L) << k;
                }
                return r;
            });
        }
    }

    private void conversions() {
        List<String> types = List.of("s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64");
        for (String to : types) {
            BigInteger least =
                    isSigned(to) ? BigInteger.ONE.shiftLeft(bits(to) - 1).negate() : BigInteger.ZERO;
            BigInteger most = BigInteger.ONE
                    .shiftLeft(isSigned(to) ? bits(to) - 1 : bits(to))
                    .subtract(BigInteger.ONE);
            for (String from : types) {
                add("cvt." + to + "." + from, to + " " + from, (a, b, c) -> extend(a, to));
                // Only where a value may lie outside of the result's range.
                boolean below = isSigned(from) && (!isSigned(to) || bits(to) < bits(from));
                boolean above = bits(from) - (isSigned(from) ? 1 : 0) > bits(to) - (isSigned(to) ? 1 : 0);
                if (below || above) {
                    add(
                            "cvt.sat." + to + "." + from,
                            to + " " + from,
                            (a, b, c) -> big(a, from).max(least).min(most).longValue());
                }
            }
        }
    }

    /** Operands narrower than their registers: what lies above is not looked at, and a result is extended. */
    private void wideRegisters() {
        for (String type : List.of("s16", "u16", "s32", "u32")) {
            add("cvt.s64." + type, "s64 " + type + "@64", (a, b, c) -> a);
            add("cvt.u16." + type, "u16 " + type + "@64", (a, b, c) -> extend(a, "u16"));
            add("cvt." + type + ".s64", type + "@64 s64", (a, b, c) -> extend(a, type));
        }
    }

    private void moves() {
        for (String type : List.of("u16", "b16", "u32", "b32", "u64", "b64")) {
            add("mov." + type, type + " " + type, (a, b, c) -> a);
        }
        for (String type : List.of("b16", "b32", "b64")) {
            add("selp." + type, type + " " + type + " " + type + " p", (a, b, c) -> c != 0 ? a : b);
        }
        for (String type : List.of("u32", "s32", "u64")) {
            add("selp." + type, type + " " + type + " " + type + " p", (a, b, c) -> c != 0 ? a : b);
        }
        add("selp.f32", "f32 f32 f32 p", (a, b, c) -> c != 0 ? a : b);
        add("and.pred", "p p p", (a, b, c) -> a & b);
        add("or.pred", "p p p", (a, b, c) -> a | b);
        add("xor.pred", "p p p", (a, b, c) -> a ^ b);
        add("not.pred", "p p", (a, b, c) -> 1 - a);
        add("mov.pred", "p p", (a, b, c) -> a);
        add("mov.pred#-1", "p", (a, b, c) -> 1);
        add("mov.pred#0", "p", (a, b, c) -> 0);
        // Combining comparisons: p = (a < b) op c.
        add("setp.lt.and.s32", "p s32 s32 p", (a, b, c) -> a < b && c != 0 ? 1 : 0);
        add("setp.lt.or.s32", "p s32 s32 p", (a, b, c) -> a < b || c != 0 ? 1 : 0);
        add("setp.lt.xor.s32", "p s32 s32 p", (a, b, c) -> a < b ^ c != 0 ? 1 : 0);
    }
}
