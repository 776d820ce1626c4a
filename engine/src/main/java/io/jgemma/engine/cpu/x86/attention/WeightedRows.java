package io.jgemma.engine.cpu.x86.attention;

import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.assembler.Width;

/**
 * {@code o[i][c] += sum_r p[i][r] v[r][c]} over the rows of a run of tiles, for several {@code i}, and 32 or 16 columns at a time:
 * weighted values, and with transposed keys the scores. AVX2 with FMA and F16C, or AVX-512.
 *
 * <p>Columns become floats once for all {@code i} ({@link TileFloats}). 512 bits: up to 12 {@code i}; for each row of 32 columns
 * there are 2 to 7 instructions to make floats, and a broadcast and two multiply-adds for each {@code i}; with 12 {@code i} the
 * multiply-adds set the pace. 256 bits: sums have 12 registers. Up to 2 {@code i} take all 32 columns, four registers: 4 to 13
 * instructions to make floats, and a broadcast, one multiplication with the scale and four multiply-adds for each {@code i}: with Q4_0
 * and one {@code i}, 19. 3 to 6 {@code i} take one half of each block's columns after the other: twice 11 instructions, and a broadcast
 * and two multiply-adds for each {@code i}.
 *
 * <p>Vector registers: sums from 0 on; others as in {@link TileFloats}. RDI arguments, which it changes; RSI values; RAX scales; R8 to R11 rows 0, 3,
 * 6, 9 of {@code p}, RCX bytes between them; R13 {@code o}; RBP columns left; R15 tiles left; RBX rows left.
 */
public final class WeightedRows {

    // The argument block, in bytes: addresses first, then distances and counts.
    static final int O = 0;
    static final int P = 8;
    static final int V = 16;
    static final int SCALES = 24;
    /** Address of F32 [i], which the sums begin with in all columns; 0: they begin with what is in {@code o}. */
    static final int BEGIN = 32;

    static final int O_BYTES = 40;
    static final int P_BYTES = 48;
    /** From a row of {@code v} to the next, and of its scales. */
    static final int ROW_BYTES = 56;

    static final int ROW_SCALES = 64;
    /** From a tile to the next. */
    static final int TILE_BYTES = 72;

    static final int TILE_SCALES = 80;
    static final int TILE_O = 88;
    static final int TILE_P = 96;
    /** Rows of a tile, blocks of 32 columns, tiles. */
    static final int ROWS = 104;

    static final int BLOCKS = 112;
    static final int TILES = 120;
    /** From {@code v} to what is read after it, which is asked for meanwhile. */
    static final int AHEAD = 128;

    // Where the current block of columns begins: written by the routine.
    private static final int BLOCK_V = 136;
    private static final int BLOCK_SCALES = 144;

    private static final Gp ARGS = Gp.RDI;
    /** {@link #AHEAD}, while rows are walked. */
    private static final Gp DISTANCE = ARGS;

    private static final Gp FROM = Gp.RSI;
    private static final Gp SCALE = Gp.RAX;
    private static final Gp STEP = Gp.RDX;
    private static final Gp STRIDE = Gp.RCX;
    private static final Gp SCALE_STEP = Gp.R12;
    private static final Gp SUMS = Gp.R13;
    private static final Gp SUMS_BYTES = Gp.R14;
    private static final Gp BLOCKS_LEFT = Gp.RBP;
    private static final Gp TILES_LEFT = Gp.R15;
    private static final Gp ROWS_LEFT = Gp.RBX;
    private static final Gp[] WEIGHTS = {Gp.R8, Gp.R9, Gp.R10, Gp.R11};

    /** Registers of sums with 256 bits. */
    private static final int MOST_SUMS = 12;

    private final Assembler a = new Assembler();
    private final TileFloats.Kind kind;
    private final Width width;
    private final int columns;
    private final TileFloats floats;
    private final int count;

    private WeightedRows(TileFloats.Kind kind, Width width, int count) {
        this.kind = kind;
        this.width = width;
        this.count = count;
        columns = width == Width.YMM && count > 2 ? TileFloats.COLUMNS / 2 : TileFloats.COLUMNS;
        floats = new TileFloats(a, kind, width, columns, columns / width.lanes() * count);
    }

    /** The most rows of {@code p} and {@code o} at a time. */
    public static int most(Width width) {
        return width == Width.YMM ? MOST_SUMS / 2 : 12;
    }

    /** The name of the routine for so many rows. */
    public static String name(TileFloats.Kind kind, int count) {
        return "weighted " + kind + " x " + count;
    }

    static byte[] assemble(TileFloats.Kind kind, Width width, int count) {
        return new WeightedRows(kind, width, count).routine();
    }

    private byte[] routine() {
        Label tile = a.label();
        Label block = a.label();
        Frame frame = Frame.openVectors(a, Gp.RBX, Gp.RBP, Gp.R12, Gp.R13, Gp.R14, Gp.R15);
        a.mov(STRIDE, Mem.at(ARGS, P_BYTES)).mov(SUMS_BYTES, Mem.at(ARGS, O_BYTES));
        a.mov(STEP, Mem.at(ARGS, ROW_BYTES)).mov(SCALE_STEP, Mem.at(ARGS, ROW_SCALES));
        a.mov(TILES_LEFT, Mem.at(ARGS, TILES)).mov(WEIGHTS[0], Mem.at(ARGS, P));
        for (int i = 1; i < bases(); i++) {
            a.lea(WEIGHTS[i], Mem.at(WEIGHTS[i - 1], STRIDE, 2, 0)).add(WEIGHTS[i], STRIDE);
        }
        floats.load();
        a.bind(tile);
        copy(V, BLOCK_V);
        copy(SCALES, BLOCK_SCALES);
        a.mov(SUMS, Mem.at(ARGS, O)).mov(BLOCKS_LEFT, Mem.at(ARGS, BLOCKS));
        a.bind(block);
        for (int half = 0; half < TileFloats.COLUMNS / columns; half++) {
            begin();
            rows(half);
            end();
            a.add(SUMS, 4 * columns);
        }
        step(BLOCK_V, kind.blockBytes());
        step(BLOCK_SCALES, Float.BYTES);
        a.sub(BLOCKS_LEFT, 1).jump(Condition.NOT_EQUAL, block);
        next();
        a.sub(TILES_LEFT, 1).jump(Condition.NOT_EQUAL, tile);
        frame.close();
        floats.data();
        return a.finish();
    }

    private int bases() {
        return Math.ceilDiv(count, 3);
    }

    private void copy(int from, int to) {
        a.mov(FROM, Mem.at(ARGS, from)).mov(Mem.at(ARGS, to), FROM);
    }

    /** A sum of row {@code i}. */
    private Vec sum(int i, int which) {
        return width.of(floats.count() * i + which);
    }

    private Mem place(int which) {
        return Mem.at(FROM, (long) width.bytes() * which);
    }

    /** The sums of some columns, from {@code o} or from one number for all columns. */
    private void begin() {
        Label load = a.label();
        Label done = a.label();
        a.mov(FROM, Mem.at(ARGS, BEGIN)).test(FROM, FROM).jump(Condition.EQUAL, load);
        for (int i = 0; i < count; i++) {
            a.emit(VBROADCASTSS, sum(i, 0), Mem.at(FROM, 4L * i));
            floats.enlarge(sum(i, 0));
            for (int j = 1; j < floats.count(); j++) {
                a.emit(VMOVUPS, sum(i, j), sum(i, 0));
            }
        }
        a.jump(done).bind(load).mov(FROM, SUMS);
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < floats.count(); j++) {
                a.emit(VMOVUPS, sum(i, j), place(j));
                floats.enlarge(sum(i, j));
            }
            if (i + 1 < count) {
                a.add(FROM, SUMS_BYTES);
            }
        }
        a.bind(done);
    }

    /** All rows of a tile's block, or of half of it. */
    private void rows(int half) {
        Label loop = a.label();
        a.mov(FROM, Mem.at(ARGS, BLOCK_V)).mov(SCALE, Mem.at(ARGS, BLOCK_SCALES));
        a.mov(ROWS_LEFT, Mem.at(ARGS, ROWS));
        a.push(ARGS).mov(DISTANCE, Mem.at(ARGS, AHEAD)).align(32).bind(loop);
        if (half == 0) {
            a.prefetch(Mem.at(FROM, DISTANCE, 1, 0));
        }
        row(half);
        for (int i = 0; i < bases(); i++) {
            a.add(WEIGHTS[i], 4);
        }
        a.add(FROM, STEP).add(SCALE, SCALE_STEP).sub(ROWS_LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        a.pop(ARGS);
    }

    /** A row's columns times the weights. The scale goes to whichever of both are fewer registers. */
    private void row(int half) {
        boolean scaledWeights = floats.needsScale() && count < floats.count();
        floats.emit(Mem.at(FROM), Mem.at(SCALE), half);
        if (!scaledWeights) {
            floats.multiply();
        }
        for (int i = 0; i < count; i++) {
            a.emit(VBROADCASTSS, floats.weight(), weight(i));
            if (scaledWeights) {
                a.emit(VMULPS, floats.weight(), floats.weight(), floats.scale());
            }
            for (int j = 0; j < floats.count(); j++) {
                a.emit(VFMADD231PS, sum(i, j), floats.weight(), floats.floats(j));
            }
        }
    }

    private static Mem weight(int i) {
        Gp base = WEIGHTS[i / 3];
        return i % 3 == 0 ? Mem.at(base) : Mem.at(base, STRIDE, i % 3, 0);
    }

    /** Stores the sums and goes back to the first row. */
    private void end() {
        a.mov(FROM, SUMS);
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < floats.count(); j++) {
                floats.reduce(sum(i, j));
                a.emit(VMOVUPS_STORE, place(j), sum(i, j));
            }
            if (i + 1 < count) {
                a.add(FROM, SUMS_BYTES);
            }
        }
        a.mov(ROWS_LEFT, Mem.at(ARGS, ROWS)).shl(ROWS_LEFT, 2);
        for (int i = 0; i < bases(); i++) {
            a.sub(WEIGHTS[i], ROWS_LEFT);
        }
    }

    private void step(int place, int bytes) {
        a.mov(FROM, Mem.at(ARGS, place)).add(FROM, bytes).mov(Mem.at(ARGS, place), FROM);
    }

    /** Turns to the next tile. */
    private void next() {
        advance(V, TILE_BYTES);
        advance(SCALES, TILE_SCALES);
        advance(O, TILE_O);
        for (int i = 0; i < bases(); i++) {
            a.add(WEIGHTS[i], Mem.at(ARGS, TILE_P));
        }
    }

    private void advance(int place, int distance) {
        a.mov(FROM, Mem.at(ARGS, place)).add(FROM, Mem.at(ARGS, distance)).mov(Mem.at(ARGS, place), FROM);
    }
}
