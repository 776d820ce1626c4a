package io.jgemma.engine.cpu.x86.attention;

import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD213PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VINSERTI128;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPAND;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPBROADCASTD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPDPWSSD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPERMB;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRAW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRLW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSUBW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.assembler.Vec.xmm;
import static io.jgemma.engine.cpu.x86.assembler.Vec.ymm;
import static io.jgemma.engine.cpu.x86.assembler.Vec.zmm;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.BEGIN;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.BLOCKS;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.FACTORS;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.GROUPS;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.O;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.O_BYTES;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.V;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.V_AHEAD;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.V_BLOCK;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.V_GROUP;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.V_ROW;
import static io.jgemma.engine.cpu.x86.attention.WordArguments.X;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import java.util.function.IntConsumer;

/**
 * {@code o[q][c] = begin[q] + factor[q] sum_r x[c / 32][q][r] v[r][c]} in products of 16 bits, for up to 12 {@code q}: the scores of transposed
 * keys, and what weighted values add to {@code o}. {@link WordFactors} has put the scales of {@code v} into {@code x}, so that a sum over hundreds of
 * rows stays an integer; arguments are {@link WordArguments}. AVX-512 with VNNI and VBMI.
 *
 * <p>Two neighbouring rows of 32 columns are brought side by side, as {@code vpdpwssd} adds them up: for Q4_0 seven instructions, and
 * then a broadcast and two multiply-adds for each {@code q}. With 4 {@code q} that is 28 products per cycle where one multiplication begins in a
 * cycle; floats ({@link WeightedRows}) give 13.
 *
 * <p>Registers: zmm0 to zmm23 sums, two for each {@code q}; zmm24, zmm25 values; zmm26, zmm27 broadcasts; zmm28 to zmm30 constants. RDI arguments; RSI values; RDX bytes to the next
 * row, R14 to what is read later, RCX both; R8 x; R9 block, R10 group; R13 o; RBP, R15 blocks and groups left; R11 begin.
 */
public final class WordRows {

    /** The most {@code q}. */
    public static final int MOST = 12;

    private static final int PAIRS = WordFactors.SIZE / 2;
    private static final int X_BYTES = WordFactors.SIZE * Short.BYTES;

    private static final Gp ARGS = Gp.RDI;
    private static final Gp FROM = Gp.RSI;
    private static final Gp STEP = Gp.RDX;
    private static final Gp DISTANCE = Gp.R14;
    private static final Gp STEP_AND_DISTANCE = Gp.RCX;
    private static final Gp NUMBERS = Gp.R8;
    private static final Gp BLOCK = Gp.R9;
    private static final Gp GROUP = Gp.R10;
    private static final Gp TO = Gp.RAX;
    private static final Gp BEGINS = Gp.R11;
    private static final Gp FACTOR = Gp.RBX;
    private static final Gp SUMS = Gp.R13;
    private static final Gp BLOCKS_LEFT = Gp.RBP;
    private static final Gp GROUPS_LEFT = Gp.R15;

    private static final int VALUES = 24;
    private static final Vec LOW = zmm(24);
    private static final Vec HIGH = zmm(25);
    private static final Vec MASK = zmm(28);
    private static final Vec CENTRE = zmm(29);
    private static final Vec ORDER = zmm(30);

    private final Assembler a = new Assembler();
    private final TileFloats.Kind kind;
    private final int count;
    private final Label constants = a.label();

    private WordRows(TileFloats.Kind kind, int count) {
        this.kind = kind;
        this.count = count;
    }

    static byte[] assemble(TileFloats.Kind kind, int count) {
        return new WordRows(kind, count).routine();
    }

    /** Byte of a row's number among 32, whose first and second 16 {@code vpackssdw} joins in lanes of 128 bits. */
    static int place(int row) {
        int half = row / 16;
        int four = row % 16 / 4;
        return 16 * four + 8 * half + 2 * (row % 4);
    }

    private byte[] routine() {
        Label block = a.label();
        Label group = a.label();
        Frame frame = Frame.openVectors(a, FACTOR, BLOCKS_LEFT, SUMS, DISTANCE, GROUPS_LEFT);
        a.lea(TO, Mem.at(constants));
        a.emit(VMOVUPS, ORDER, Mem.at(TO));
        a.emit(VPBROADCASTD, MASK, Mem.at(TO, 64));
        a.emit(VPBROADCASTD, CENTRE, Mem.at(TO, 68));
        a.mov(STEP, Mem.at(ARGS, V_ROW)).mov(DISTANCE, Mem.at(ARGS, V_AHEAD));
        a.lea(STEP_AND_DISTANCE, Mem.at(STEP, DISTANCE, 1, 0));
        a.mov(SUMS, Mem.at(ARGS, O)).mov(NUMBERS, Mem.at(ARGS, X)).mov(BLOCK, Mem.at(ARGS, V));
        a.mov(FACTOR, Mem.at(ARGS, FACTORS)).mov(BLOCKS_LEFT, Mem.at(ARGS, BLOCKS));
        a.bind(block);
        for (int i = 0; i < 2 * count; i++) {
            a.emit(VPXOR, zmm(i), zmm(i), zmm(i));
        }
        a.mov(GROUP, BLOCK).mov(GROUPS_LEFT, Mem.at(ARGS, GROUPS)).align(32).bind(group);
        a.mov(FROM, GROUP);
        for (int i = 0; i < PAIRS; i++) {
            pair(place(2 * i));
        }
        a.add(GROUP, Mem.at(ARGS, V_GROUP)).add(NUMBERS, X_BYTES * count);
        a.sub(GROUPS_LEFT, 1).jump(Condition.NOT_EQUAL, group);
        finish();
        a.add(BLOCK, Mem.at(ARGS, V_BLOCK)).add(SUMS, WordFactors.FLOATS);
        a.sub(BLOCKS_LEFT, 1).jump(Condition.NOT_EQUAL, block);
        frame.close();
        data();
        return a.finish();
    }

    /** Two rows; their numbers lie {@code place} bytes behind a query's first. */
    private void pair(int place) {
        a.prefetch(Mem.at(FROM, DISTANCE, 1, 0)).prefetch(Mem.at(FROM, STEP_AND_DISTANCE, 1, 0));
        if (kind == TileFloats.Kind.Q4_0) {
            sideBySide(LOW, 0);
            a.emit(VPSRLW, HIGH, LOW, 4);
            a.emit(VPAND, LOW, LOW, MASK);
            a.emit(VPSUBW, HIGH, HIGH, CENTRE);
            a.emit(VPSUBW, LOW, LOW, CENTRE);
        } else {
            sideBySide(LOW, 0);
            sideBySide(HIGH, 16);
            a.emit(VPSRAW, LOW, LOW, 8);
            a.emit(VPSRAW, HIGH, HIGH, 8);
        }
        for (int i = 0; i < count; i++) {
            Vec numbers = zmm(26 + i % 2);
            a.emit(VPBROADCASTD, numbers, Mem.at(NUMBERS, (long) X_BYTES * i + place));
            a.emit(VPDPWSSD, zmm(2 * i), LOW, numbers);
            a.emit(VPDPWSSD, zmm(2 * i + 1), HIGH, numbers);
        }
        a.lea(FROM, Mem.at(FROM, STEP, 2, 0));
    }

    /** Bytes 0 to 15 behind {@code at} of both rows as words, one row's beside the other's. */
    private void sideBySide(Vec words, int at) {
        int number = words.number();
        a.emit(VMOVUPS, xmm(number), Mem.at(FROM, at));
        a.emit(VINSERTI128, ymm(number), ymm(number), Mem.at(FROM, STEP, 1, at), 1);
        a.emit(VPERMB, words, ORDER, words);
    }

    /** Scales the sums of 32 columns. */
    private void finish() {
        Label add = a.label();
        Label done = a.label();
        a.mov(TO, SUMS).mov(BEGINS, Mem.at(ARGS, BEGIN)).test(BEGINS, BEGINS).jump(Condition.EQUAL, add);
        rows(i -> {
            a.emit(VBROADCASTSS, zmm(VALUES), Mem.at(BEGINS, 4L * i));
            a.emit(VMOVUPS, zmm(VALUES + 1), zmm(VALUES));
        });
        a.jump(done).bind(add);
        rows(i -> {
            a.emit(VMOVUPS, zmm(VALUES), Mem.at(TO));
            a.emit(VMOVUPS, zmm(VALUES + 1), Mem.at(TO, 64));
        });
        a.bind(done);
    }

    private void rows(IntConsumer begin) {
        for (int i = 0; i < count; i++) {
            begin.accept(i);
            a.emit(VBROADCASTSS, zmm(26), Mem.at(FACTOR, 4L * i));
            for (int half = 0; half < 2; half++) {
                Vec sum = zmm(2 * i + half);
                a.emit(VCVTDQ2PS, sum, sum);
                a.emit(VFMADD213PS, sum, zmm(26), zmm(VALUES + half));
                a.emit(VMOVUPS_STORE, Mem.at(TO, 64L * half), sum);
            }
            if (i + 1 < count) {
                a.add(TO, Mem.at(ARGS, O_BYTES));
            }
        }
    }

    /** Behind 32 bytes a register is 0: Q4_0 takes the upper byte of each word from there, Q8_0 the lower one. */
    private void data() {
        a.alignData(64).bind(constants);
        int zero = 63;
        for (int i = 0; i < 16; i++) {
            int first = i;
            int second = 16 + i;
            a.word(
                    kind == TileFloats.Kind.Q4_0
                            ? first | zero << 8 | second << 16 | zero << 24
                            : zero | first << 8 | zero << 16 | second << 24);
        }
        a.word(0x000F_000F).word(0x0008_0008);
    }
}
