package io.jgemma.engine.cpu.x86.attention;

import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPS2DQ;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPACKSSDW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPAND;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPBROADCASTD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMAXUW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.assembler.Vec.zmm;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.BLOCKS;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.D;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.D_AHEAD;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.D_BLOCK;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.D_GROUP;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.FACTORS;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.GROUPS;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.LARGEST;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.QUERIES;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.SCALED;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.W;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.W_BYTES;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.X;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;
import io.jgemma.engine.cpu.x86.weights.Rounder;

/**
 * Gives the small vectors of attention the scales of a quantized matrix and rounds them to 16 bits, so that {@link WordRows}
 * multiplies integers; arguments are {@link WordArguments}:
 *
 * <pre>
 * D[r] = max over b |d[b][r]|      i[q] = min(32639 / max over r |w[q][r]| D[r], 2^127)      factor[q] = 1 / i[q]
 * x[b][q][r] = round(w[q][r] i[q] d[b][r])
 * </pre>
 * {@code r} are the rows that are summed over, 32 of them a group, {@code b} the blocks of 32 columns, and {@code d} their scales,
 * F16. Numbers lie as [b][group][q][32], the 32 in the order of {@code vpackssdw} ({@link WordRows#place}). What is not finite makes the
 * query's factor NaN. AVX-512.
 *
 * <p>Registers: zmm0 to zmm18 as in {@link Rounder}; zmm20, zmm21 scales; zmm22, zmm23 numbers; zmm24 the sign mask of halves.
 */
final class WordFactors {

    /** Rows of a group, and columns of a block. */
    static final int SIZE = BlockFormat.SIZE;

    /** Bytes of a group of floats. */
    static final int FLOATS = SIZE * Float.BYTES;

    private static final Gp ARGS = Gp.RDI;
    private static final Gp FROM = Gp.RSI;
    private static final Gp TO = Gp.R9;
    private static final Gp ROW = Gp.R8;
    private static final Gp AT = Gp.R10;
    private static final Gp SCALE = Gp.R11;
    private static final Gp LEFT = Gp.RBX;
    private static final Gp GROUPS_LEFT = Gp.RCX;
    private static final Gp BLOCKS_LEFT = Gp.RDX;
    private static final Gp DISTANCE = Gp.R12;

    private static final Vec[] SCALES = {zmm(20), zmm(21)};
    private static final Vec[] NUMBERS = {zmm(22), zmm(23)};
    private static final Vec MAGNITUDE = zmm(24);

    private final Assembler a = new Assembler();
    private final Rounder rounder = new Rounder(a, 0);
    private final Label magnitude = a.label();

    private WordFactors() {}

    static byte[] assemble() {
        return new WordFactors().routine();
    }

    private byte[] routine() {
        Frame frame = Frame.openVectors(a, LEFT, DISTANCE);
        rounder.load();
        a.lea(AT, Mem.at(magnitude));
        a.emit(VPBROADCASTD, MAGNITUDE, Mem.at(AT));
        largest();
        factors();
        numbers();
        frame.close();
        rounder.data();
        a.bind(magnitude).word(0x7FFF_7FFF);
        return a.finish();
    }

    /** {@code D}, as F32. Halves without a sign are ordered as integers are, with what is no number above all. */
    private void largest() {
        Label group = a.label();
        Label block = a.label();
        a.mov(FROM, Mem.at(ARGS, D)).mov(TO, Mem.at(ARGS, LARGEST)).mov(GROUPS_LEFT, Mem.at(ARGS, GROUPS));
        a.mov(DISTANCE, Mem.at(ARGS, D_AHEAD));
        a.bind(group).mov(AT, FROM).mov(BLOCKS_LEFT, Mem.at(ARGS, BLOCKS));
        a.emit(VPXOR, zmm(0), zmm(0), zmm(0));
        a.bind(block).prefetch(Mem.at(AT, DISTANCE, 1, 0));
        a.emit(VPAND, zmm(1), MAGNITUDE, Mem.at(AT));
        a.emit(VPMAXUW, zmm(0), zmm(0), zmm(1));
        a.add(AT, Mem.at(ARGS, D_BLOCK)).sub(BLOCKS_LEFT, 1).jump(Condition.NOT_EQUAL, block);
        a.emit(VMOVUPS_STORE, Mem.at(TO), zmm(0));
        halves(TO);
        a.emit(VMOVUPS_STORE, Mem.at(TO), SCALES[0]);
        a.emit(VMOVUPS_STORE, Mem.at(TO, 64), SCALES[1]);
        a.add(FROM, Mem.at(ARGS, D_GROUP)).add(TO, FLOATS).sub(GROUPS_LEFT, 1);
        a.jump(Condition.NOT_EQUAL, group);
    }

    private void halves(Gp from) {
        a.emit(VCVTPH2PS, SCALES[0], Mem.at(from));
        a.emit(VCVTPH2PS, SCALES[1], Mem.at(from, 32));
    }

    /** The factor of each query, and {@code w i}. */
    private void factors() {
        Label query = a.label();
        Label see = a.label();
        Label scale = a.label();
        a.mov(ROW, Mem.at(ARGS, W)).mov(TO, Mem.at(ARGS, SCALED)).mov(LEFT, Mem.at(ARGS, QUERIES));
        a.mov(SCALE, Mem.at(ARGS, FACTORS));
        a.bind(query).mov(FROM, ROW).mov(AT, Mem.at(ARGS, LARGEST)).mov(GROUPS_LEFT, Mem.at(ARGS, GROUPS));
        rounder.begin();
        a.bind(see);
        for (int i = 0; i < 2; i++) {
            a.emit(VMOVUPS, NUMBERS[i], Mem.at(FROM, 64L * i));
            a.emit(VMULPS, NUMBERS[i], NUMBERS[i], Mem.at(AT, 64L * i));
            rounder.see(NUMBERS[i]);
        }
        a.add(FROM, FLOATS).add(AT, FLOATS).sub(GROUPS_LEFT, 1).jump(Condition.NOT_EQUAL, see);
        rounder.scale();
        a.emit(VMOVSS_STORE, Mem.at(SCALE), Rounder.FACTOR.low());
        a.mov(FROM, ROW).mov(GROUPS_LEFT, Mem.at(ARGS, GROUPS)).bind(scale);
        for (int i = 0; i < 2; i++) {
            a.emit(VMULPS, NUMBERS[i], Rounder.SCALE, Mem.at(FROM, 64L * i));
            a.emit(VMOVUPS_STORE, Mem.at(TO, 64L * i), NUMBERS[i]);
        }
        a.add(FROM, FLOATS).add(TO, FLOATS).sub(GROUPS_LEFT, 1).jump(Condition.NOT_EQUAL, scale);
        a.add(ROW, Mem.at(ARGS, W_BYTES)).add(SCALE, Float.BYTES).sub(LEFT, 1);
        a.jump(Condition.NOT_EQUAL, query);
    }

    private void numbers() {
        Label block = a.label();
        Label group = a.label();
        Label query = a.label();
        Gp step = DISTANCE;
        a.mov(step, Mem.at(ARGS, GROUPS)).shl(step, 7);
        a.mov(ROW, Mem.at(ARGS, D)).mov(TO, Mem.at(ARGS, X)).mov(BLOCKS_LEFT, Mem.at(ARGS, BLOCKS));
        a.bind(block).mov(SCALE, ROW).mov(FROM, Mem.at(ARGS, SCALED)).mov(GROUPS_LEFT, Mem.at(ARGS, GROUPS));
        a.bind(group).mov(AT, FROM).mov(LEFT, Mem.at(ARGS, QUERIES));
        halves(SCALE);
        a.bind(query);
        for (int i = 0; i < 2; i++) {
            a.emit(VMULPS, NUMBERS[i], SCALES[i], Mem.at(AT, 64L * i));
            a.emit(VCVTPS2DQ, NUMBERS[i], NUMBERS[i]);
        }
        a.emit(VPACKSSDW, NUMBERS[0], NUMBERS[0], NUMBERS[1]);
        a.emit(VMOVUPS_STORE, Mem.at(TO), NUMBERS[0]);
        a.add(AT, step).add(TO, SIZE * Short.BYTES).sub(LEFT, 1).jump(Condition.NOT_EQUAL, query);
        a.add(FROM, FLOATS).add(SCALE, Mem.at(ARGS, D_GROUP)).sub(GROUPS_LEFT, 1);
        a.jump(Condition.NOT_EQUAL, group);
        a.add(ROW, Mem.at(ARGS, D_BLOCK)).sub(BLOCKS_LEFT, 1).jump(Condition.NOT_EQUAL, block);
    }
}
