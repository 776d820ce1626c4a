package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Op.VADDPS;
import static io.jgemma.engine.cpu.x86.Op.VADDSS;
import static io.jgemma.engine.cpu.x86.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.Op.VCVTPS2DQ;
import static io.jgemma.engine.cpu.x86.Op.VDIVSS;
import static io.jgemma.engine.cpu.x86.Op.VEXTRACTI128;
import static io.jgemma.engine.cpu.x86.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.Op.VMAXPS;
import static io.jgemma.engine.cpu.x86.Op.VMINPS;
import static io.jgemma.engine.cpu.x86.Op.VMOVSS_LOAD;
import static io.jgemma.engine.cpu.x86.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.Op.VMULSS;
import static io.jgemma.engine.cpu.x86.Op.VPADDD;
import static io.jgemma.engine.cpu.x86.Op.VPAND;
import static io.jgemma.engine.cpu.x86.Op.VPMADDWD;
import static io.jgemma.engine.cpu.x86.Op.VPMOVDW;
import static io.jgemma.engine.cpu.x86.Op.VPSHUFD;
import static io.jgemma.engine.cpu.x86.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.Vec.xmm;
import static io.jgemma.engine.cpu.x86.Vec.ymm;
import static io.jgemma.engine.cpu.x86.Vec.zmm;

/**
 * Rounds a row of activations to 16-bit integers, in the order in which a kernel for 512-bit registers meets the weights.
 * AVX-512.
 *
 * <pre>
 * i = min(32767 / max |x|, 2^127)     q[k] = round(x[k] i)     d = 1 / i     s = sum_k q[k]
 * </pre>
 * A value that is not finite makes {@code d} NaN, and with it the whole result. What belongs together lies together, in
 * whole registers, so that a kernel walks along one address:
 *
 * <pre>
 * PAIRS  two blocks of 32, A and B   q A[0..15] B[0..15] | q A[16..31] B[16..31] | d A x 8, B x 8 | d s / 8 of A x 8, B x 8
 * LESS_8, LESS_16: as PAIRS, but last  -8 or -16 (q[2j] + q[2j+1] + q[2j+16] + q[2j+17]) of A, of B, integers
 * LINE   a block of 32               q [0..31] | d x 16
 * SUPER  256, with one d             q [0..255] | 0 x 8, -s of each 32 | d x 16
 * </pre>
 */
final class WideQuantizer {

    /** The argument block: addresses of x (F32) and of the result, and the number of blocks, for SUPER of 256. */
    static final int X = 0;

    static final int TO = 8;
    static final int BLOCKS = 16;

    /** In which order and with how many scales; see the class. */
    enum Order {
        PAIRS(64, 256, 0),
        LESS_8(64, 256, -8),
        LESS_16(64, 256, -16),
        LINE(32, 128, 0),
        SUPER(256, 640, 0);

        private final int elements;
        private final int unitBytes;
        private final int offset;

        Order(int elements, int unitBytes, int offset) {
            this.elements = elements;
            this.unitBytes = unitBytes;
            this.offset = offset;
        }

        /** Whether a unit is two blocks. */
        boolean pairs() {
            return elements == 64;
        }

        /** Bytes of a row of {@code n} elements. */
        long rowBytes(int n) {
            return (long) units(n) * unitBytes;
        }

        /** Units of a row of {@code n} elements; the last of PAIRS may be half empty, and then zero. */
        int units(int n) {
            return Math.ceilDiv(n, elements);
        }

        /** What the quantizer counts: elements of a block. */
        int blockElements() {
            return this == SUPER ? elements : BlockFormat.SIZE;
        }

        int unitBytes() {
            return unitBytes;
        }
    }

    private static final Gp FROM = Gp.RSI;
    private static final Gp INTO = Gp.RDX;
    private static final Gp LEFT = Gp.RCX;
    private static final Gp OTHER_HALF = Gp.R8;

    private static final Vec LARGEST = zmm(2);
    private static final Vec POISON = zmm(3);
    private static final Vec WORK = zmm(4);
    private static final Vec SCALE = zmm(5);
    private static final Vec SUM = zmm(6);
    private static final Vec OTHER = zmm(7);
    private static final Vec ONE = xmm(10);
    private static final Vec ZERO = zmm(11);
    private static final Vec MAGNITUDE = zmm(12);
    private static final Vec MOST = xmm(14);
    private static final Vec LIMIT = xmm(15);
    private static final Vec EIGHTH = xmm(16);
    private static final Vec TIMES = ymm(17);

    private final Assembler a = new Assembler();
    private final Order order;

    private WideQuantizer(Order order) {
        this.order = order;
    }

    static byte[] assemble(Order order) {
        return new WideQuantizer(order).routine();
    }

    private byte[] routine() {
        Label constants = a.label();
        Label loop = a.label();
        Frame frame = Frame.openVectors(a);
        a.mov(FROM, Mem.at(Gp.RDI, X)).mov(INTO, Mem.at(Gp.RDI, TO)).mov(LEFT, Mem.at(Gp.RDI, BLOCKS));
        a.lea(Gp.RAX, Mem.at(constants));
        a.emit(VBROADCASTSS, MAGNITUDE, Mem.at(Gp.RAX));
        a.emit(VMOVSS_LOAD, MOST, Mem.at(Gp.RAX, 4));
        a.emit(VMOVSS_LOAD, LIMIT, Mem.at(Gp.RAX, 8));
        a.emit(VMOVSS_LOAD, ONE, Mem.at(Gp.RAX, 12));
        a.emit(VMOVSS_LOAD, EIGHTH, Mem.at(Gp.RAX, 16));
        a.emit(VBROADCASTSS, TIMES, Mem.at(Gp.RAX, 20));
        a.emit(VPXOR, ZERO, ZERO, ZERO);
        // From the first block of a pair to the second and back to the next pair.
        a.mov(OTHER_HALF, 32);
        a.bind(loop);
        largest(order.blockElements() / 16);
        scale();
        switch (order) {
            case PAIRS, LESS_8, LESS_16 -> pairs();
            case LINE -> line();
            case SUPER -> superBlock();
        }
        a.add(FROM, 4 * order.blockElements()).sub(LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        frame.close();
        a.alignData(4).bind(constants);
        word(Integer.MAX_VALUE);
        word(Float.floatToRawIntBits(32767));
        word(Float.floatToRawIntBits(0x1p127f));
        word(Float.floatToRawIntBits(1));
        word(Float.floatToRawIntBits(0.125f));
        word((order.offset << 16) | (order.offset & 0xFFFF));
        return a.finish();
    }

    /** The largest magnitude in lane 0, and NaN in lane 0 of POISON where a value is not finite. */
    private void largest(int registers) {
        a.emit(VPXOR, POISON, POISON, POISON);
        a.emit(VPXOR, LARGEST, LARGEST, LARGEST);
        for (int i = 0; i < registers; i++) {
            a.emit(VMOVUPS, zmm(i % 2), Mem.at(FROM, 64L * i));
            a.emit(VFMADD231PS, POISON, zmm(i % 2), ZERO);
            a.emit(VPAND, WORK, zmm(i % 2), MAGNITUDE);
            a.emit(VMAXPS, LARGEST, LARGEST, WORK);
        }
        fold(a, VMAXPS, LARGEST, WORK, OTHER);
        fold(a, VADDPS, POISON, WORK, OTHER);
    }

    /** Combines the 16 lanes of a register in its lane 0; {@code work} and {@code other} change. */
    static void fold(Assembler a, Op op, Vec v, Vec work, Vec other) {
        Vec sum = work.low();
        Vec part = other.low();
        a.emit(VEXTRACTI128, sum, v, 1);
        a.emit(VEXTRACTI128, part, v, 2);
        a.emit(op, sum, sum, part);
        a.emit(VEXTRACTI128, part, v, 3);
        a.emit(op, sum, sum, part);
        a.emit(op, v.low(), v.low(), sum);
        a.emit(VPSHUFD, sum, v.low(), 0b1110);
        a.emit(op, v.low(), v.low(), sum);
        a.emit(VPSHUFD, sum, v.low(), 0b0001);
        a.emit(op, v.low(), v.low(), sum);
    }

    /** SCALE = i in all lanes, POISON = d in lane 0. */
    private void scale() {
        a.emit(VDIVSS, WORK.low(), MOST, LARGEST.low());
        a.emit(VMINPS, WORK.low(), WORK.low(), LIMIT);
        a.emit(VDIVSS, SUM.low(), ONE, WORK.low());
        a.emit(VADDSS, POISON.low(), POISON.low(), SUM.low());
        a.emit(VBROADCASTSS, SCALE, WORK.low());
    }

    /** 32 values as integers in zmm0 and zmm1, which are stored; their sum as a float in lane 0 of SUM. */
    private void round(Mem from, Mem low, Mem high) {
        for (int i = 0; i < 2; i++) {
            a.emit(VMULPS, zmm(i), SCALE, from.plus(64L * i));
            a.emit(VCVTPS2DQ, zmm(i), zmm(i));
        }
        a.emit(VPMOVDW, low, zmm(0));
        a.emit(VPMOVDW, high, zmm(1));
        a.emit(VPADDD, SUM, zmm(0), zmm(1));
        fold(a, VPADDD, SUM, WORK, OTHER);
        a.emit(VCVTDQ2PS, SUM.low(), SUM.low());
    }

    private void pairs() {
        round(Mem.at(FROM), Mem.at(INTO), Mem.at(INTO, 64));
        if (order == Order.PAIRS) {
            a.emit(VMULSS, SUM.low(), SUM.low(), POISON.low());
            a.emit(VMULSS, SUM.low(), SUM.low(), EIGHTH);
            a.emit(VBROADCASTSS, ymm(1), SUM.low());
        } else {
            a.emit(VPMADDWD, ymm(1), TIMES, Mem.at(INTO));
            a.emit(VPMADDWD, ymm(0), TIMES, Mem.at(INTO, 64));
            a.emit(VPADDD, ymm(1), ymm(1), ymm(0));
        }
        a.emit(VBROADCASTSS, ymm(0), POISON.low());
        a.emit(VMOVUPS_STORE, Mem.at(INTO, 128), ymm(0));
        a.emit(VMOVUPS_STORE, Mem.at(INTO, 192), ymm(1));
        // 32 and 224 in turn: their sum is a unit.
        a.add(INTO, OTHER_HALF)
                .mov(Gp.RAX, order.unitBytes())
                .sub(Gp.RAX, OTHER_HALF)
                .mov(OTHER_HALF, Gp.RAX);
    }

    private void line() {
        round(Mem.at(FROM), Mem.at(INTO), Mem.at(INTO, 32));
        a.emit(VBROADCASTSS, zmm(0), POISON.low());
        a.emit(VMOVUPS_STORE, Mem.at(INTO, 64), zmm(0));
        a.add(INTO, order.unitBytes());
    }

    private void superBlock() {
        a.emit(VMOVUPS_STORE, Mem.at(INTO, 512), ZERO);
        for (int block = 0; block < 8; block++) {
            Mem to = Mem.at(INTO, 64L * block);
            round(Mem.at(FROM, 128L * block), to, to.plus(32));
            a.emit(Op.VSUBPS, SUM.low(), ZERO.low(), SUM.low());
            a.emit(VMOVSS_STORE, Mem.at(INTO, 512 + 4L * (8 + block)), SUM.low());
        }
        a.emit(VBROADCASTSS, zmm(0), POISON.low());
        a.emit(VMOVUPS_STORE, Mem.at(INTO, 576), zmm(0));
        a.add(INTO, order.unitBytes());
    }

    private void word(int value) {
        a.data((byte) value, (byte) (value >>> 8), (byte) (value >>> 16), (byte) (value >>> 24));
    }
}
