package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.Vec.zmm;

/**
 * {@code o[i][c] += sum_r p[i][r] v[r][c]} over the rows of a run of tiles, for up to 12 {@code i} and 32 columns at a time:
 * weighted values, and with transposed keys the scores. AVX-512.
 *
 * <p>A block of 32 columns becomes floats once for all {@code i} ({@link TileFloats}). So for each row of 32 columns there are
 * 2 to 7 instructions to make floats, and a broadcast and two multiply-adds for each {@code i}; with 12 {@code i} the
 * multiply-adds set the pace.
 *
 * <p>Registers: zmm0 to zmm23 sums, two for each {@code i}; zmm26 the weight; others as in {@link TileFloats}. RDI arguments, which it changes; RSI values; RAX scales; R8 to R11 rows 0, 3,
 * 6, 9 of {@code p}, RCX bytes between them; R13 {@code o}; RBP columns left; R15 tiles left; RBX rows left.
 */
final class WeightedRows {

    /** The most rows of {@code p} and {@code o} at a time. */
    static final int MOST = 12;

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

    private static final Vec WEIGHT = zmm(26);

    private final Assembler a = new Assembler();
    private final TileFloats.Kind kind;
    private final TileFloats floats;
    private final int count;

    private WeightedRows(TileFloats.Kind kind, int count) {
        this.kind = kind;
        floats = new TileFloats(a, kind);
        this.count = count;
    }

    static byte[] assemble(TileFloats.Kind kind, int count) {
        return new WeightedRows(kind, count).routine();
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
        begin();
        rows();
        end();
        a.add(SUMS, 4 * TileFloats.COLUMNS).sub(BLOCKS_LEFT, 1).jump(Condition.NOT_EQUAL, block);
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

    private static Vec low(int i) {
        return zmm(2 * i);
    }

    private static Vec high(int i) {
        return zmm(2 * i + 1);
    }

    /** The sums of a block of columns, from {@code o} or from one number for all columns. */
    private void begin() {
        Label load = a.label();
        Label done = a.label();
        a.mov(FROM, Mem.at(ARGS, BEGIN)).test(FROM, FROM).jump(Condition.EQUAL, load);
        for (int i = 0; i < count; i++) {
            a.emit(VBROADCASTSS, low(i), Mem.at(FROM, 4L * i));
            a.emit(VMOVUPS, high(i), low(i));
        }
        a.jump(done).bind(load).mov(FROM, SUMS);
        for (int i = 0; i < count; i++) {
            a.emit(VMOVUPS, low(i), Mem.at(FROM));
            a.emit(VMOVUPS, high(i), Mem.at(FROM, 64));
            if (i + 1 < count) {
                a.add(FROM, SUMS_BYTES);
            }
        }
        a.bind(done);
    }

    private void rows() {
        Label loop = a.label();
        a.mov(FROM, Mem.at(ARGS, BLOCK_V)).mov(SCALE, Mem.at(ARGS, BLOCK_SCALES));
        a.mov(ROWS_LEFT, Mem.at(ARGS, ROWS));
        a.push(ARGS).mov(DISTANCE, Mem.at(ARGS, AHEAD)).align(32).bind(loop);
        a.prefetch(Mem.at(FROM, DISTANCE, 1, 0));
        floats.emit(Mem.at(FROM), Mem.at(SCALE));
        for (int i = 0; i < count; i++) {
            a.emit(VBROADCASTSS, WEIGHT, weight(i));
            a.emit(VFMADD231PS, low(i), WEIGHT, TileFloats.LOW);
            a.emit(VFMADD231PS, high(i), WEIGHT, TileFloats.HIGH);
        }
        for (int i = 0; i < bases(); i++) {
            a.add(WEIGHTS[i], 4);
        }
        a.add(FROM, STEP).add(SCALE, SCALE_STEP).sub(ROWS_LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        a.pop(ARGS);
    }

    private static Mem weight(int i) {
        Gp base = WEIGHTS[i / 3];
        return i % 3 == 0 ? Mem.at(base) : Mem.at(base, STRIDE, i % 3, 0);
    }

    /** Stores the sums and turns to the next block of columns. */
    private void end() {
        a.mov(FROM, SUMS);
        for (int i = 0; i < count; i++) {
            a.emit(VMOVUPS_STORE, Mem.at(FROM), low(i));
            a.emit(VMOVUPS_STORE, Mem.at(FROM, 64), high(i));
            if (i + 1 < count) {
                a.add(FROM, SUMS_BYTES);
            }
        }
        a.mov(ROWS_LEFT, Mem.at(ARGS, ROWS)).shl(ROWS_LEFT, 2);
        for (int i = 0; i < bases(); i++) {
            a.sub(WEIGHTS[i], ROWS_LEFT);
        }
        a.mov(FROM, Mem.at(ARGS, BLOCK_V)).add(FROM, kind.blockBytes()).mov(Mem.at(ARGS, BLOCK_V), FROM);
        a.mov(FROM, Mem.at(ARGS, BLOCK_SCALES)).add(FROM, Float.BYTES).mov(Mem.at(ARGS, BLOCK_SCALES), FROM);
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
