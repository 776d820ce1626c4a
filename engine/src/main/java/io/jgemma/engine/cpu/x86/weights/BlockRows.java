package io.jgemma.engine.cpu.x86.weights;

import static io.jgemma.engine.cpu.x86.assembler.Op.VADDPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMADDWD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VXORPS;
import static io.jgemma.engine.cpu.x86.assembler.Vec.xmm;
import static io.jgemma.engine.cpu.x86.assembler.Vec.ymm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Lanes;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Op;
import io.jgemma.engine.cpu.x86.assembler.Vec;

/**
 * Rows of weights in blocks of 32, as mapped, times one row of activations from {@link RowQuantizer}:
 *
 * <pre>
 * y[o] = sum_b dw[o][b] dx[b] sum_k code[o][b][k] q[b][k]  +  sum_b (offset dw[o][b] + m[o][b]) t[b]
 * </pre>
 *
 * Four rows at a time share the loads of the activations. A first pass over their scales gathers the F16 (integer
 * registers copy them, one each 18 bytes), turns 8 of them at once into F32, multiplies them with {@code dx} and sums up the
 * part of offset or minimum; it also asks memory for the lines that the second pass reads. The second pass then needs, for 32 weights, one
 * load, an unpacking, two multiply-adds of 16-bit pairs, an addition, a conversion and a fused multiply-add with a
 * broadcast scale: what is left to do per block is the least that this format allows without changing it.
 *
 * <p>Registers: ymm0 to ymm3 sums of the four rows, ymm4 to ymm7 the part of offset or minimum, ymm8 and ymm9 activations,
 * ymm10 to ymm12 and ymm14 work, ymm13 the format's mask. RSI weights, RDX results, RCX rows left, R8 bytes of a row (R11 three times
 * that), R9 blocks, R10 scratch, RAX RBX RBP R12 cursors, R13 bytes of a row of scales (R14 three times that).
 */
public final class BlockRows {

    /** The argument block. Addresses: y, w, q, dx, t, scratch; counts: rows, bytes of a row, blocks. */
    static final int Y = 0;

    static final int W = 8;
    static final int Q = 16;
    static final int DX = 24;
    static final int T = 32;
    static final int SCRATCH = 40;
    static final int ROWS = 48;
    static final int ROW_BYTES = 56;
    static final int BLOCKS = 64;

    private static final int GROUP = 4;
    private static final int UNROLL = 8;

    private static final Gp WEIGHTS = Gp.RSI;
    private static final Gp RESULTS = Gp.RDX;
    private static final Gp LEFT = Gp.RCX;
    private static final Gp ROW = Gp.R8;
    private static final Gp COUNT = Gp.R9;
    private static final Gp SCALES = Gp.R10;
    private static final Gp ROW_3 = Gp.R11;
    private static final Gp BLOCK = Gp.RAX;
    private static final Gp INPUT = Gp.RBX;
    private static final Gp SCALE = Gp.RBP;
    private static final Gp END = Gp.R12;
    private static final Gp STRIDE = Gp.R13;
    private static final Gp STRIDE_3 = Gp.R14;
    private static final Gp HALF = Gp.R15;

    private static final Vec LOW_X = ymm(8);
    private static final Vec HIGH_X = ymm(9);
    private static final Vec LOW = ymm(10);
    private static final Vec HIGH = ymm(11);
    private static final Vec SCALE_V = ymm(12);
    private static final Vec MASK = ymm(13);
    private static final BlockFormat.Registers CODES = new BlockFormat.Registers(LOW, HIGH, MASK, ymm(14));

    private final Assembler a = new Assembler();
    private final BlockFormat.Pool pool = new BlockFormat.Pool(a);
    private final BlockFormat format;

    private final Isa isa;

    private BlockRows(BlockFormat format, Isa isa) {
        this.format = format;
        this.isa = isa;
    }

    /** Bytes of scratch for rows of {@code blocks} blocks: of four rows the F32 scales, the F16 scales, the F16 minima. */
    public static long scratchBytes(int blocks) {
        return (long) GROUP * paddedBlocks(blocks) * (Float.BYTES + 2 * Short.BYTES);
    }

    /** How many {@code dx} and {@code t} of a row are read; those beyond its blocks must be 0. */
    public static int paddedBlocks(int blocks) {
        return Math.ceilDiv(blocks, UNROLL) * UNROLL;
    }

    static byte[] assemble(BlockFormat format, Isa isa) {
        return new BlockRows(format, isa).routine();
    }

    private byte[] routine() {
        Label groups = a.label();
        Label singles = a.label();
        Label done = a.label();
        Frame frame = Frame.openVectors(a, Gp.RBX, Gp.RBP, Gp.R12, Gp.R13, Gp.R14, Gp.R15);
        a.mov(WEIGHTS, Mem.at(Gp.RDI, W)).mov(RESULTS, Mem.at(Gp.RDI, Y)).mov(LEFT, Mem.at(Gp.RDI, ROWS));
        a.mov(ROW, Mem.at(Gp.RDI, ROW_BYTES)).mov(COUNT, Mem.at(Gp.RDI, BLOCKS)).mov(SCALES, Mem.at(Gp.RDI, SCRATCH));
        a.lea(ROW_3, Mem.at(ROW, ROW, 2, 0));
        // Bytes of a row of F32 scales: 4 times the blocks, rounded up to 8 of them.
        a.lea(STRIDE, Mem.at(COUNT, UNROLL - 1)).and(STRIDE, -UNROLL).shl(STRIDE, 2);
        a.lea(STRIDE_3, Mem.at(STRIDE, STRIDE, 2, 0));
        pool.loadMask(MASK);
        a.cmp(LEFT, GROUP).jump(Condition.LESS, singles);
        a.bind(groups);
        group(GROUP);
        a.cmp(LEFT, GROUP).jump(Condition.GREATER_OR_EQUAL, groups);
        a.bind(singles);
        a.test(LEFT, LEFT).jump(Condition.EQUAL, done);
        Label single = a.label();
        a.bind(single);
        group(1);
        a.test(LEFT, LEFT).jump(Condition.NOT_EQUAL, single);
        a.bind(done);
        frame.close();
        pool.emit();
        return a.finish();
    }

    private void group(int rows) {
        for (int r = 0; r < rows; r++) {
            gather(r, Mem.at(BLOCK), false);
            if (format.hasMinimum()) {
                gather(r, BlockFormat.minimumOf(Mem.at(BLOCK)), true);
            }
        }
        for (int r = 0; r < rows; r++) {
            convert(r);
        }
        multiply(rows);
        for (int r = 0; r < rows; r++) {
            finish(r);
        }
        a.lea(WEIGHTS, rows == 1 ? Mem.at(WEIGHTS, ROW, 1, 0) : Mem.at(WEIGHTS, ROW, GROUP, 0));
        a.add(RESULTS, Float.BYTES * rows).sub(LEFT, rows);
    }

    /** Copies an F16 of each block of a row to where they lie side by side; BLOCK begins at the row and moves on. */
    private void gather(int r, Mem half, boolean minimum) {
        Label eights = a.label();
        Label ones = a.label();
        Label one = a.label();
        Label done = a.label();
        rowStart(BLOCK, WEIGHTS, ROW, ROW_3, r);
        halves(r);
        if (minimum) {
            a.lea(HALF, Mem.at(HALF, STRIDE, 2, 0));
        }
        // The last 8, so that those beyond the row are 0.
        a.emit(VXORPS, LOW.low(), LOW.low(), LOW.low());
        a.mov(END, STRIDE).shr(END, 1);
        a.emit(VMOVUPS_STORE, Mem.at(HALF, END, 1, -16), LOW.low());
        a.mov(END, COUNT);
        a.sub(END, UNROLL).jump(Condition.LESS, ones);
        a.bind(eights);
        for (int i = 0; i < UNROLL; i++) {
            a.movzx16(INPUT, half.plus((long) i * format.blockBytes()));
            a.mov16(Mem.at(HALF, 2L * i), INPUT);
        }
        a.add(BLOCK, UNROLL * format.blockBytes()).add(HALF, 2 * UNROLL);
        a.sub(END, UNROLL).jump(Condition.GREATER_OR_EQUAL, eights);
        a.bind(ones);
        a.add(END, UNROLL).jump(Condition.EQUAL, done);
        a.bind(one);
        a.movzx16(INPUT, half).mov16(Mem.at(HALF), INPUT);
        a.add(BLOCK, format.blockBytes()).add(HALF, 2).sub(END, 1).jump(Condition.NOT_EQUAL, one);
        a.bind(done);
    }

    /** F16 to F32, times dx; the part of offset or minimum is summed up in ymm4 + r. */
    private void convert(int r) {
        Label loop = a.label();
        rowStart(SCALE, SCALES, STRIDE, STRIDE_3, r);
        halves(r);
        Vec constant = ymm(GROUP + r);
        a.emit(VXORPS, constant, constant, constant);
        a.mov(BLOCK, Mem.at(Gp.RDI, DX)).mov(INPUT, Mem.at(Gp.RDI, T)).lea(END, Mem.at(SCALE, STRIDE, 1, 0));
        a.bind(loop);
        a.emit(VCVTPH2PS, SCALE_V, Mem.at(HALF));
        if (format.hasMinimum()) {
            a.emit(VCVTPH2PS, LOW, Mem.at(HALF, STRIDE, 2, 0));
            a.emit(VFMADD231PS, constant, LOW, Mem.at(INPUT));
            a.add(INPUT, 32);
        } else if (format.offset() != 0) {
            a.emit(VFMADD231PS, constant, SCALE_V, Mem.at(INPUT));
            a.add(INPUT, 32);
        }
        a.emit(VMULPS, SCALE_V, SCALE_V, Mem.at(BLOCK));
        a.emit(VMOVUPS_STORE, Mem.at(SCALE), SCALE_V);
        a.add(BLOCK, 32).add(HALF, 16).add(SCALE, 32).cmp(SCALE, END).jump(Condition.BELOW, loop);
    }

    private void multiply(int rows) {
        Label loop = a.label();
        for (int r = 0; r < rows; r++) {
            a.emit(VXORPS, ymm(r), ymm(r), ymm(r));
        }
        a.mov(BLOCK, WEIGHTS).mov(INPUT, Mem.at(Gp.RDI, Q)).mov(SCALE, SCALES);
        a.lea(END, Mem.at(SCALES, COUNT, 4, 0));
        a.align(32).bind(loop);
        a.emit(VMOVUPS, LOW_X, Mem.at(INPUT));
        a.emit(VMOVUPS, HIGH_X, Mem.at(INPUT, 32));
        for (int r = 0; r < rows; r++) {
            format.codes(a, row(BLOCK, ROW, ROW_3, r), CODES, pool);
            a.emit(VPMADDWD, LOW, LOW, LOW_X);
            isa.addProducts(a, LOW, HIGH, HIGH_X, HIGH);
            a.emit(VCVTDQ2PS, LOW, LOW);
            a.emit(VBROADCASTSS, SCALE_V, row(SCALE, STRIDE, STRIDE_3, r));
            a.emit(VFMADD231PS, ymm(r), LOW, SCALE_V);
        }
        a.add(BLOCK, format.blockBytes())
                .add(INPUT, 64)
                .add(SCALE, 4)
                .cmp(SCALE, END)
                .jump(Condition.BELOW, loop);
    }

    /** Adds up the lanes of a row's sum and stores it. */
    private void finish(int r) {
        if (format.hasMinimum()) {
            a.emit(VADDPS, ymm(r), ymm(r), ymm(GROUP + r));
        } else if (format.offset() != 0) {
            a.mov(BLOCK, Float.floatToRawIntBits(format.offset()) & 0xFFFF_FFFFL);
            a.emit(Op.VMOVD, LOW.low(), BLOCK);
            a.emit(VBROADCASTSS, LOW, LOW.low());
            a.emit(VFMADD231PS, ymm(r), ymm(GROUP + r), LOW);
        }
        Lanes.fold(a, VADDPS, ymm(r), LOW, LOW);
        a.emit(VMOVSS_STORE, Mem.at(RESULTS, 4L * r), xmm(r));
    }

    /**
     * HALF = where the F16 scales of row {@code r} lie: after four rows of F32, in rows half as long. The minima lie behind
     * the scales of four rows, which is two rows of F32 further on.
     */
    private void halves(int r) {
        switch (r) {
            case 0 -> a.xor32(HALF, HALF);
            case 1 -> a.mov(HALF, STRIDE);
            case 2 -> a.lea(HALF, Mem.at(STRIDE, STRIDE, 1, 0));
            default -> a.mov(HALF, STRIDE_3);
        }
        a.shr(HALF, 1).lea(HALF, Mem.at(HALF, STRIDE, GROUP, 0)).add(HALF, SCALES);
    }

    private void rowStart(Gp target, Gp base, Gp stride, Gp stride3, int r) {
        a.lea(target, row(base, stride, stride3, r));
    }

    /** Row {@code r} of 0 to 3 from a base. */
    public static Mem row(Gp base, Gp stride, Gp stride3, int r) {
        return switch (r) {
            case 0 -> Mem.at(base);
            case 1 -> Mem.at(base, stride, 1, 0);
            case 2 -> Mem.at(base, stride, 2, 0);
            default -> Mem.at(base, stride3, 1, 0);
        };
    }
}
