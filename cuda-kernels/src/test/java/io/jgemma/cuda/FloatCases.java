package io.jgemma.cuda;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.DoubleUnaryOperator;

/** Floating-point instructions; see {@link OpcodeCases}. */
final class FloatCases {
    private static final double LEAST_NORMAL = 0x1p-126;

    interface Float1 {
        float apply(float a);
    }

    interface Float2 {
        float apply(float a, float b);
    }

    interface Exact {
        BigDecimal apply(BigDecimal a, BigDecimal b, BigDecimal c);
    }

    private FloatCases() {}

    static void addTo(OpcodeCases all) {
        for (boolean ftz : new boolean[] {false, true}) {
            arithmetic(all, ftz);
            approximations(all, ftz);
        }
        for (String rounding : List.of("rz", "rm", "rp")) {
            directed(all, "add." + rounding, 2, rounding, (a, b, c) -> a.add(b));
            directed(all, "mul." + rounding, 2, rounding, (a, b, c) -> a.multiply(b));
            directed(
                    all,
                    "fma." + rounding,
                    3,
                    rounding,
                    (a, b, c) -> a.multiply(b).add(c));
        }
        all.add("copysign.f32", "f32 f32 f32", (a, b, c) -> (a & 0x80000000L) | (b & 0x7fffffffL));
        all.add("cvt.sat.f32.f32", "f32 f32", (a, b, c) -> {
            float x = value(a);
            return raw(x > 0 ? Math.min(x, 1) : 0);
        });
        comparisons(all);
        conversions(all);
    }

    static float value(long raw) {
        return Float.intBitsToFloat((int) raw);
    }

    static long raw(float value) {
        return Float.floatToRawIntBits(value) & 0xffffffffL;
    }

    private static float flush(float x, boolean ftz) {
        return ftz && Math.abs(x) < LEAST_NORMAL ? Math.copySign(0, x) : x;
    }

    private static void one(OpcodeCases all, String opcode, boolean ftz, double tolerance, Float1 f) {
        all.add(
                opcode + (ftz ? ".ftz.f32" : ".f32"),
                "f32 f32",
                tolerance,
                (a, b, c) -> raw(flush(f.apply(flush(value(a), ftz)), ftz)));
    }

    private static void two(OpcodeCases all, String opcode, boolean ftz, double tolerance, Float2 f) {
        all.add(
                opcode + (ftz ? ".ftz.f32" : ".f32"),
                "f32 f32 f32",
                tolerance,
                (a, b, c) -> raw(flush(f.apply(flush(value(a), ftz), flush(value(b), ftz)), ftz)));
    }

    private static void arithmetic(OpcodeCases all, boolean ftz) {
        for (String rn : List.of("", ".rn")) {
            two(all, "add" + rn, ftz, 0, (a, b) -> a + b);
            two(all, "sub" + rn, ftz, 0, (a, b) -> a - b);
            two(all, "mul" + rn, ftz, 0, (a, b) -> a * b);
        }
        two(all, "div.rn", ftz, 0, (a, b) -> a / b);
        // One NaN: the other operand. Java would give NaN.
        two(all, "min", ftz, 0, (a, b) -> Float.isNaN(a) ? b : Float.isNaN(b) ? a : Math.min(a, b));
        two(all, "max", ftz, 0, (a, b) -> Float.isNaN(a) ? b : Float.isNaN(b) ? a : Math.max(a, b));
        one(all, "rcp.rn", ftz, 0, a -> 1 / a);
        one(all, "sqrt.rn", ftz, 0, a -> (float) Math.sqrt(a));
        one(all, "abs", ftz, 0, Math::abs);
        one(all, "neg", ftz, 0, a -> -a);
        all.add(
                ftz ? "fma.rn.ftz.f32" : "fma.rn.f32",
                "f32 f32 f32 f32",
                (a, b, c) ->
                        raw(flush(Math.fma(flush(value(a), ftz), flush(value(b), ftz), flush(value(c), ftz)), ftz)));
    }

    private static void approximations(OpcodeCases all, boolean ftz) {
        Map<String, DoubleUnaryOperator> functions = Map.of(
                "rcp.approx", a -> 1 / a,
                "sqrt.approx", Math::sqrt,
                "rsqrt.approx", a -> 1 / Math.sqrt(a),
                "ex2.approx", a -> Math.pow(2, a),
                "lg2.approx", a -> Math.log(a) / Math.log(2));
        functions.forEach((name, f) -> one(all, name, ftz, 1e-6, a -> (float) f.applyAsDouble(a)));
        two(all, "div.full", ftz, 1e-6, (a, b) -> a / b);
        if (!ftz) {
            one(all, "tanh.approx", false, 1e-3, a -> (float) Math.tanh(a));
        }
    }

    /** Rounds an exact result to the float next to it in a direction; finite operands only. */
    private static void directed(OpcodeCases all, String opcode, int operands, String rounding, Exact exact) {
        all.add(opcode + ".f32", "f32" + " f32".repeat(operands), 1e-30, (a, b, c) -> {
            float x = value(a);
            float y = value(b);
            float z = operands == 3 ? value(c) : 0;
            if (!Float.isFinite(x) || !Float.isFinite(y) || !Float.isFinite(z)) {
                return raw(opcode.startsWith("add") ? x + y : opcode.startsWith("mul") ? x * y : Math.fma(x, y, z));
            }
            BigDecimal r = exact.apply(new BigDecimal(x), new BigDecimal(y), new BigDecimal(z));
            float nearest = r.floatValue();
            int order = Float.isInfinite(nearest) ? (nearest > 0 ? 1 : -1) : new BigDecimal(nearest).compareTo(r);
            boolean downwards = rounding.equals("rm") || (rounding.equals("rz") && r.signum() > 0);
            return raw(
                    order > 0 && downwards
                            ? Math.nextDown(nearest)
                            : order < 0 && !downwards ? Math.nextUp(nearest) : nearest);
        });
    }

    private static void comparisons(OpcodeCases all) {
        Map<String, BiPredicate<Float, Float>> ordered = Map.of(
                "eq", (a, b) -> (float) a == (float) b,
                "ne", (a, b) -> a < b || a > b,
                "lt", (a, b) -> a < b,
                "le", (a, b) -> a <= b,
                "gt", (a, b) -> a > b,
                "ge", (a, b) -> a >= b,
                "num", (a, b) -> !a.isNaN() && !b.isNaN());
        ordered.forEach((name, test) -> {
            all.add("setp." + name + ".f32", "p f32 f32", (a, b, c) -> test.test(value(a), value(b)) ? 1 : 0);
            // The unordered twins are true for NaN as well.
            String twin = name.equals("num") ? "nan" : name + "u";
            all.add("setp." + twin + ".f32", "p f32 f32", (a, b, c) -> {
                boolean nan = Float.isNaN(value(a)) || Float.isNaN(value(b));
                return nan || (!name.equals("num") && test.test(value(a), value(b))) ? 1 : 0;
            });
        });
    }

    private static void conversions(OpcodeCases all) {
        Map<String, DoubleUnaryOperator> roundings = Map.of(
                "rni",
                Math::rint,
                "rzi",
                a -> a < 0 ? Math.ceil(a) : Math.floor(a),
                "rmi",
                Math::floor,
                "rpi",
                Math::ceil);
        roundings.forEach((name, f) -> {
            for (String to : List.of("s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64")) {
                all.add(
                        "cvt." + name + "." + to + ".f32",
                        to + " f32",
                        (a, b, c) -> toInteger(f.applyAsDouble(value(a)), to));
            }
            all.add("cvt." + name + ".f32.f32", "f32 f32", (a, b, c) -> raw((float) f.applyAsDouble(value(a))));
        });
        for (String from : List.of("s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64")) {
            all.add(
                    "cvt.rn.f32." + from,
                    "f32 " + from,
                    (a, b, c) -> raw(
                            from.equals("u64") ? new BigDecimal(Long.toUnsignedString(a)).floatValue() : (float) a));
        }
        all.add("cvt.f32.f16", "f32 b16", 1e-30, (a, b, c) -> raw(Float.float16ToFloat((short) a)));
        all.add("cvt.rn.f16.f32", "b16 f32", (a, b, c) -> half(value(a)));
        all.add("cvt.rn.f16x2.f32", "b32 f32 f32", (a, b, c) -> half(value(a)) << 16 | half(value(b)));
    }

    /** NaN has one form as F16. */
    private static long half(float x) {
        return Float.isNaN(x) ? 0x7fff : Float.floatToFloat16(x) & 0xffff;
    }

    private static long toInteger(double x, String type) {
        int bits = OpcodeCases.bits(type);
        if (Double.isNaN(x)) {
            return bits == 64 ? Long.MIN_VALUE : 0;
        }
        double most = Math.scalb(1.0, OpcodeCases.isSigned(type) ? bits - 1 : bits);
        double least = OpcodeCases.isSigned(type) ? -most : 0;
        BigDecimal clamped =
                x >= most ? new BigDecimal(most).subtract(BigDecimal.ONE) : new BigDecimal(Math.max(x, least));
        return clamped.toBigInteger().longValue();
    }
}
