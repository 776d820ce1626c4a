package io.jgemma.engine.cpu.x86.elements;

import static io.jgemma.engine.cpu.x86.assembler.Op.VADDPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VADDSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPS2PH;
import static io.jgemma.engine.cpu.x86.assembler.Op.VDIVPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VDIVSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD213PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVD_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVSS_LOAD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.assembler.Op.VSQRTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VSUBPS;
import static io.jgemma.engine.cpu.x86.assembler.Vec.xmm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Lanes;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Op;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.assembler.Width;
import java.util.function.BiConsumer;

/**
 * What is done to each element of rows: addition, scaling, gate, RMSNorm, conversion to F16. Each runs over rows of F32, a register
 * of elements at a time and then one at a time. AVX2 with FMA and F16C, or registers of 512 bits.
 *
 * <pre>
 * gate   y = g / (1 + e^z) u     SiLU: z = -g     GELU: z = -sqrt(8 / pi) g (1 + 0.044715 g^2), as 1 + tanh(v) = 2 / (1 + e^(-2 v))
 * norm   y = x w / sqrt(mean(x^2) + epsilon), or that is added to y
 * </pre>
 *
 * <p>Vector registers: 0 to 5 work, 6 the number, 7 sum of squares, 8 and 9 constants of the gate. RDI arguments;
 * RSI y, RDX x, RCX w, R8 offset of an element, R9 bytes of a row, R10 rows left, R11 end of whole registers, RAX constants, RBX work.
 */
public final class ElementRows {

    /**
     * The argument block. Addresses: y, x, w; bytes from row to row of each; rows; columns; two F32: a number, and what else the
     * operation wants.
     */
    static final int Y = 0;

    static final int X = 8;
    static final int W = 16;
    static final int Y_BYTES = 24;
    static final int X_BYTES = 32;
    static final int W_BYTES = 40;
    static final int ROWS = 48;
    static final int COLUMNS = 56;
    static final int NUMBER = 64;
    static final int SECOND_NUMBER = 68;

    /** An operation. */
    public enum Kind {
        /** {@code y = x + w}. */
        ADD("add"),
        /** {@code y = x * number}. */
        SCALE("scale"),
        /** {@code y = x / (1 + e^-x) * w}. */
        SILU("gate SiLU"),
        /** As {@link #SILU} with the other function. */
        GELU("gate GELU"),
        /** {@code number} is epsilon, the second one 1 / columns. */
        NORM("norm"),
        /** {@code y +=} what {@link #NORM} gives. */
        ADD_NORM("add norm"),
        /** {@code y = x - mean(x)}; the second number is 1 / columns. */
        CENTER("center"),
        /** {@code y = f(x + w)}, {@code f} as in {@link #SILU}. */
        BIAS_SILU("SiLU"),
        /** As {@link #BIAS_SILU} with the other function. */
        BIAS_GELU("GELU"),
        /** {@code y} is F16. */
        ENCODE("encode F16"),
        /** {@code y = x}, rounded to F16. */
        ROUND("round to F16");

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        public String title() {
            return title;
        }
    }

    private static final float SQRT_8_OVER_PI = (float) Math.sqrt(8 / Math.PI);
    private static final float CUBIC = 0.044715f;

    private static final Gp TO = Gp.RSI;
    private static final Gp FROM = Gp.RDX;
    private static final Gp OTHER = Gp.RCX;
    private static final Gp AT = Gp.R8;
    private static final Gp BYTES = Gp.R9;
    private static final Gp LEFT = Gp.R10;
    private static final Gp WHOLE = Gp.R11;
    private static final Gp WORK = Gp.RBX;

    private final Assembler a = new Assembler();
    private final Kind kind;
    private final int lanes;
    private final Vec value;
    private final Vec result;
    private final Vec power;
    private final Vec half;
    private final Vec factor;
    private final Vec squares;
    private final Vec curve;
    private final Vec slope;
    private final Exponential exponential;

    private ElementRows(Kind kind, Width width) {
        this.kind = kind;
        lanes = width.lanes();
        value = width.of(0);
        result = width.of(1);
        power = width.of(2);
        half = width.of(4);
        factor = width.of(6);
        squares = width.of(7);
        curve = width.of(8);
        slope = width.of(9);
        exponential = new Exponential(a, Gp.RAX, value, width.of(3), half, power);
    }

    /** The routine of an operation. */
    static byte[] assemble(Kind kind, Width width) {
        return new ElementRows(kind, width).routine();
    }

    private boolean isGate() {
        return isGelu() || kind == Kind.SILU || kind == Kind.BIAS_SILU;
    }

    private boolean isGelu() {
        return kind == Kind.GELU || kind == Kind.BIAS_GELU;
    }

    private boolean isNorm() {
        return kind == Kind.NORM || kind == Kind.ADD_NORM;
    }

    private byte[] routine() {
        Label numbers = a.label();
        Label row = a.label();
        Label done = a.label();
        Frame frame = Frame.openVectors(a, WORK);
        a.mov(TO, Mem.at(Gp.RDI, Y)).mov(FROM, Mem.at(Gp.RDI, X)).mov(OTHER, Mem.at(Gp.RDI, W));
        a.mov(LEFT, Mem.at(Gp.RDI, ROWS)).mov(BYTES, Mem.at(Gp.RDI, COLUMNS));
        a.mov(WHOLE, BYTES).and(WHOLE, -lanes).shl(WHOLE, 2).shl(BYTES, 2);
        if (isGate()) {
            exponential.load();
            a.lea(WORK, Mem.at(numbers));
            a.emit(VBROADCASTSS, curve, Mem.at(WORK));
            a.emit(VBROADCASTSS, slope, Mem.at(WORK, 4));
        } else {
            a.emit(VBROADCASTSS, factor, Mem.at(Gp.RDI, NUMBER));
        }
        a.bind(row).test(LEFT, LEFT).jump(Condition.EQUAL, done);
        if (isNorm()) {
            factor();
        } else if (kind == Kind.CENTER) {
            mean();
        }
        each(this::whole, this::one);
        a.add(TO, Mem.at(Gp.RDI, Y_BYTES)).add(FROM, Mem.at(Gp.RDI, X_BYTES)).add(OTHER, Mem.at(Gp.RDI, W_BYTES));
        a.sub(LEFT, 1).jump(row).bind(done);
        frame.close();
        if (isGate()) {
            exponential.data();
            a.bind(numbers).word(Float.floatToRawIntBits(CUBIC)).word(Float.floatToRawIntBits(-SQRT_8_OVER_PI));
        }
        return a.finish();
    }

    /** Runs {@code whole} for each register of elements of a row, then {@code one} for each that is left; AT is where they lie. */
    private void each(Runnable whole, Runnable one) {
        Label loop = a.label();
        Label rest = a.label();
        Label end = a.label();
        a.xor32(AT, AT).cmp(AT, WHOLE).jump(Condition.EQUAL, rest).align(32).bind(loop);
        whole.run();
        a.add(AT, Float.BYTES * lanes).cmp(AT, WHOLE).jump(Condition.NOT_EQUAL, loop);
        a.bind(rest).cmp(AT, BYTES).jump(Condition.EQUAL, end);
        one.run();
        a.add(AT, Float.BYTES).jump(rest).bind(end);
    }

    private static Mem at(Gp base) {
        return Mem.at(base, AT, 1, 0);
    }

    private void whole() {
        a.emit(VMOVUPS, value, at(FROM));
        if (kind == Kind.ENCODE) {
            a.mov(WORK, AT).shr(WORK, 1);
            a.emit(VCVTPS2PH, Mem.at(TO, WORK, 1, 0), value, 0);
            return;
        }
        apply((to, base) -> a.emit(VMOVUPS, to, at(base)));
        a.emit(VMOVUPS_STORE, at(TO), result);
    }

    private void one() {
        a.emit(VBROADCASTSS, value, at(FROM));
        if (kind == Kind.ENCODE) {
            a.emit(VCVTPS2PH, half.half(), value, 0);
            a.mov(WORK, AT).shr(WORK, 1).add(WORK, TO);
            a.emit(VMOVD_STORE, Gp.RAX, half.low());
            a.mov16(Mem.at(WORK), Gp.RAX);
            return;
        }
        apply((to, base) -> a.emit(VBROADCASTSS, to, at(base)));
        a.emit(VMOVSS_STORE, at(TO), result.low());
    }

    /** result = what becomes of value; {@code load} brings elements of other operands into registers. */
    private void apply(BiConsumer<Vec, Gp> load) {
        switch (kind) {
            case ADD -> {
                load.accept(half, OTHER);
                a.emit(VADDPS, result, value, half);
            }
            case SCALE -> a.emit(VMULPS, result, value, factor);
            case NORM, ADD_NORM -> {
                load.accept(half, OTHER);
                a.emit(VMULPS, result, value, factor);
                a.emit(VMULPS, result, result, half);
                if (kind == Kind.ADD_NORM) {
                    load.accept(value, TO);
                    a.emit(VADDPS, result, result, value);
                }
            }
            case SILU, GELU -> {
                gate();
                load.accept(half, OTHER);
                a.emit(VMULPS, result, result, half);
            }
            case CENTER -> a.emit(VSUBPS, result, value, factor);
            case BIAS_SILU, BIAS_GELU -> {
                load.accept(half, OTHER);
                a.emit(VADDPS, value, value, half);
                gate();
            }
            case ROUND -> {
                a.emit(VCVTPS2PH, result.half(), value, 0);
                a.emit(VCVTPH2PS, result, result.half());
            }
            case ENCODE -> throw new IllegalStateException("the result is no register of floats");
        }
    }

    private void gate() {
        a.emit(VMOVUPS, result, value);
        if (isGelu()) {
            a.emit(VMULPS, value, value, value);
            a.emit(VFMADD213PS, value, curve, exponential.one());
            a.emit(VMULPS, value, value, result);
            a.emit(VMULPS, value, value, slope);
        } else {
            a.emit(VPXOR, power, power, power);
            a.emit(VSUBPS, value, power, value);
        }
        exponential.emit();
        a.emit(VADDPS, power, power, exponential.one());
        a.emit(VDIVPS, result, result, power);
    }

    /** factor = 1 / sqrt(mean of squares + epsilon) in all lanes. */
    private void factor() {
        a.emit(VPXOR, squares, squares, squares);
        a.emit(VPXOR, half, half, half);
        each(
                () -> {
                    a.emit(VMOVUPS, value, at(FROM));
                    a.emit(VFMADD231PS, squares, value, value);
                },
                () -> {
                    a.emit(VMOVSS_LOAD, value.low(), at(FROM));
                    a.emit(VMULSS, value.low(), value.low(), value.low());
                    a.emit(VADDSS, half.low(), half.low(), value.low());
                });
        Vec sum = fold();
        a.emit(VADDSS, sum, sum, Mem.at(Gp.RDI, NUMBER));
        a.emit(VSQRTSS, sum, sum, sum);
        a.mov(Gp.RAX, Float.floatToRawIntBits(1));
        a.emit(Op.VMOVD, xmm(0), Gp.RAX);
        a.emit(VDIVSS, factor.low(), xmm(0), sum);
        a.emit(VBROADCASTSS, factor, factor.low());
    }

    /** factor = mean in all lanes. */
    private void mean() {
        a.emit(VPXOR, squares, squares, squares);
        a.emit(VPXOR, half, half, half);
        each(() -> a.emit(VADDPS, squares, squares, at(FROM)), () -> a.emit(VADDSS, half.low(), half.low(), at(FROM)));
        a.emit(VBROADCASTSS, factor, fold());
    }

    /** The sums of both, divided by the number of columns. */
    private Vec fold() {
        a.emit(VADDPS, squares, squares, half);
        Lanes.fold(a, VADDPS, squares, value, half);
        a.emit(VMULSS, squares.low(), squares.low(), Mem.at(Gp.RDI, SECOND_NUMBER));
        return squares.low();
    }
}
