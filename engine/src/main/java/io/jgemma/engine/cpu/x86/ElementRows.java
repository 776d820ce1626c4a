package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Op.VADDPS;
import static io.jgemma.engine.cpu.x86.Op.VADDSS;
import static io.jgemma.engine.cpu.x86.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.Op.VCVTPS2PH;
import static io.jgemma.engine.cpu.x86.Op.VDIVPS;
import static io.jgemma.engine.cpu.x86.Op.VDIVSS;
import static io.jgemma.engine.cpu.x86.Op.VEXTRACTI128;
import static io.jgemma.engine.cpu.x86.Op.VFMADD213PS;
import static io.jgemma.engine.cpu.x86.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.Op.VMOVD_STORE;
import static io.jgemma.engine.cpu.x86.Op.VMOVSS_LOAD;
import static io.jgemma.engine.cpu.x86.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.Op.VMULSS;
import static io.jgemma.engine.cpu.x86.Op.VPSHUFD;
import static io.jgemma.engine.cpu.x86.Op.VSQRTSS;
import static io.jgemma.engine.cpu.x86.Op.VXORPS;
import static io.jgemma.engine.cpu.x86.Vec.xmm;
import static io.jgemma.engine.cpu.x86.Vec.ymm;

/**
 * What is done to each element of rows: addition, scaling, gate, RMSNorm, conversion to F16. Each runs over rows of F32, 8 elements
 * at a time and then one at a time. AVX2 with FMA and F16C.
 *
 * <pre>
 * gate   y = g / (1 + e^z) u     SiLU: z = -g     GELU: z = -sqrt(8 / pi) g (1 + 0.044715 g^2), as 1 + tanh(v) = 2 / (1 + e^(-2 v))
 * norm   y = x w / sqrt(mean(x^2) + epsilon)
 * </pre>
 *
 * <p>Registers: ymm0 to ymm5 work, ymm6 the number, ymm7 sum of squares, ymm8 and ymm9 constants of the gate. RDI arguments;
 * RSI y, RDX x, RCX w, R8 offset of an element, R9 bytes of a row, R10 rows left, R11 end of whole eights, RAX constants, RBX work.
 */
final class ElementRows {

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
    enum Kind {
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
        /** {@code y} is F16. */
        ENCODE("encode F16"),
        /** {@code y = x}, rounded to F16. */
        ROUND("round to F16");

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    private static final float SQRT_8_OVER_PI = (float) Math.sqrt(8 / Math.PI);
    private static final float CUBIC = 0.044715f;
    private static final int LANES = 8;

    private static final Gp TO = Gp.RSI;
    private static final Gp FROM = Gp.RDX;
    private static final Gp OTHER = Gp.RCX;
    private static final Gp AT = Gp.R8;
    private static final Gp BYTES = Gp.R9;
    private static final Gp LEFT = Gp.R10;
    private static final Gp WHOLE = Gp.R11;
    private static final Gp WORK = Gp.RBX;

    private static final Vec VALUE = ymm(0);
    private static final Vec RESULT = ymm(1);
    private static final Vec POWER = ymm(2);
    private static final Vec N = ymm(3);
    private static final Vec HALF = ymm(4);
    private static final Vec FACTOR = ymm(6);
    private static final Vec SQUARES = ymm(7);
    private static final Vec CURVE = ymm(8);
    private static final Vec SLOPE = ymm(9);

    private final Assembler a = new Assembler();
    private final Exponential exponential = new Exponential(a, Gp.RAX, VALUE, N, HALF, POWER);
    private final Kind kind;

    private ElementRows(Kind kind) {
        this.kind = kind;
    }

    static byte[] assemble(Kind kind) {
        return new ElementRows(kind).routine();
    }

    private boolean isGate() {
        return kind == Kind.SILU || kind == Kind.GELU;
    }

    private byte[] routine() {
        Label numbers = a.label();
        Label row = a.label();
        Label done = a.label();
        Frame frame = Frame.openVectors(a, WORK);
        a.mov(TO, Mem.at(Gp.RDI, Y)).mov(FROM, Mem.at(Gp.RDI, X)).mov(OTHER, Mem.at(Gp.RDI, W));
        a.mov(LEFT, Mem.at(Gp.RDI, ROWS)).mov(BYTES, Mem.at(Gp.RDI, COLUMNS));
        a.mov(WHOLE, BYTES).and(WHOLE, -LANES).shl(WHOLE, 2).shl(BYTES, 2);
        if (isGate()) {
            exponential.load();
            a.lea(WORK, Mem.at(numbers));
            a.emit(VBROADCASTSS, CURVE, Mem.at(WORK));
            a.emit(VBROADCASTSS, SLOPE, Mem.at(WORK, 4));
        } else {
            a.emit(VBROADCASTSS, FACTOR, Mem.at(Gp.RDI, NUMBER));
        }
        a.bind(row).test(LEFT, LEFT).jump(Condition.EQUAL, done);
        if (kind == Kind.NORM) {
            factor();
        }
        each(this::eight, this::one);
        a.add(TO, Mem.at(Gp.RDI, Y_BYTES)).add(FROM, Mem.at(Gp.RDI, X_BYTES)).add(OTHER, Mem.at(Gp.RDI, W_BYTES));
        a.sub(LEFT, 1).jump(row).bind(done);
        frame.close();
        if (isGate()) {
            exponential.data();
            a.bind(numbers).word(Float.floatToRawIntBits(CUBIC)).word(Float.floatToRawIntBits(-SQRT_8_OVER_PI));
        }
        return a.finish();
    }

    /** Runs {@code eight} for each 8 elements of a row, then {@code one} for each that is left; AT is where they lie. */
    private void each(Runnable eight, Runnable one) {
        Label loop = a.label();
        Label rest = a.label();
        Label end = a.label();
        a.xor32(AT, AT).cmp(AT, WHOLE).jump(Condition.EQUAL, rest).align(32).bind(loop);
        eight.run();
        a.add(AT, Float.BYTES * LANES).cmp(AT, WHOLE).jump(Condition.NOT_EQUAL, loop);
        a.bind(rest).cmp(AT, BYTES).jump(Condition.EQUAL, end);
        one.run();
        a.add(AT, Float.BYTES).jump(rest).bind(end);
    }

    private static Mem at(Gp base) {
        return Mem.at(base, AT, 1, 0);
    }

    private void eight() {
        a.emit(VMOVUPS, VALUE, at(FROM));
        if (kind == Kind.ENCODE) {
            a.mov(WORK, AT).shr(WORK, 1);
            a.emit(VCVTPS2PH, Mem.at(TO, WORK, 1, 0), VALUE, 0);
            return;
        }
        apply(() -> a.emit(VMOVUPS, HALF, at(OTHER)));
        a.emit(VMOVUPS_STORE, at(TO), RESULT);
    }

    private void one() {
        a.emit(VBROADCASTSS, VALUE, at(FROM));
        if (kind == Kind.ENCODE) {
            a.emit(VCVTPS2PH, HALF.low(), VALUE, 0);
            a.mov(WORK, AT).shr(WORK, 1).add(WORK, TO);
            a.emit(VMOVD_STORE, Gp.RAX, HALF.low());
            a.mov16(Mem.at(WORK), Gp.RAX);
            return;
        }
        apply(() -> a.emit(VBROADCASTSS, HALF, at(OTHER)));
        a.emit(VMOVSS_STORE, at(TO), RESULT.low());
    }

    /** RESULT = what becomes of VALUE; {@code other} brings the other operand into HALF. */
    private void apply(Runnable other) {
        switch (kind) {
            case ADD -> {
                other.run();
                a.emit(VADDPS, RESULT, VALUE, HALF);
            }
            case SCALE -> a.emit(VMULPS, RESULT, VALUE, FACTOR);
            case NORM -> {
                other.run();
                a.emit(VMULPS, RESULT, VALUE, FACTOR);
                a.emit(VMULPS, RESULT, RESULT, HALF);
            }
            case SILU, GELU -> {
                gate();
                other.run();
                a.emit(VMULPS, RESULT, RESULT, HALF);
            }
            case ROUND -> {
                a.emit(VCVTPS2PH, RESULT.low(), VALUE, 0);
                a.emit(VCVTPH2PS, RESULT, RESULT.low());
            }
            case ENCODE -> throw new IllegalStateException("the result is no register of floats");
        }
    }

    private void gate() {
        a.emit(VMOVUPS, RESULT, VALUE);
        if (kind == Kind.GELU) {
            a.emit(VMULPS, VALUE, VALUE, VALUE);
            a.emit(VFMADD213PS, VALUE, CURVE, exponential.one());
            a.emit(VMULPS, VALUE, VALUE, RESULT);
            a.emit(VMULPS, VALUE, VALUE, SLOPE);
        } else {
            a.emit(VXORPS, POWER, POWER, POWER);
            a.emit(Op.VSUBPS, VALUE, POWER, VALUE);
        }
        exponential.emit();
        a.emit(VADDPS, POWER, POWER, exponential.one());
        a.emit(VDIVPS, RESULT, RESULT, POWER);
    }

    /** FACTOR = 1 / sqrt(mean of squares + epsilon) in all lanes. */
    private void factor() {
        a.emit(VXORPS, SQUARES, SQUARES, SQUARES);
        a.emit(VXORPS, HALF, HALF, HALF);
        each(
                () -> {
                    a.emit(VMOVUPS, VALUE, at(FROM));
                    a.emit(VFMADD231PS, SQUARES, VALUE, VALUE);
                },
                () -> {
                    a.emit(VMOVSS_LOAD, VALUE.low(), at(FROM));
                    a.emit(VMULSS, VALUE.low(), VALUE.low(), VALUE.low());
                    a.emit(VADDSS, HALF.low(), HALF.low(), VALUE.low());
                });
        Vec sum = SQUARES.low();
        a.emit(VADDPS, SQUARES, SQUARES, HALF);
        a.emit(VEXTRACTI128, VALUE.low(), SQUARES, 1);
        a.emit(VADDPS, sum, sum, VALUE.low());
        a.emit(VPSHUFD, VALUE.low(), sum, 0b1110);
        a.emit(VADDPS, sum, sum, VALUE.low());
        a.emit(VPSHUFD, VALUE.low(), sum, 0b0001);
        a.emit(VADDSS, sum, sum, VALUE.low());
        a.emit(VMULSS, sum, sum, Mem.at(Gp.RDI, SECOND_NUMBER));
        a.emit(VADDSS, sum, sum, Mem.at(Gp.RDI, NUMBER));
        a.emit(VSQRTSS, sum, sum, sum);
        a.mov(Gp.RAX, Float.floatToRawIntBits(1));
        a.emit(Op.VMOVD, xmm(0), Gp.RAX);
        a.emit(VDIVSS, FACTOR.low(), xmm(0), sum);
        a.emit(VBROADCASTSS, FACTOR, FACTOR.low());
    }
}
