package io.jgemma.engine.cpu.x86.weights;

import static io.jgemma.engine.cpu.x86.assembler.Op.VADDPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVQ_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMOVZXWD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSHUFD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPUNPCKHDQ;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPUNPCKLDQ;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.assembler.Op.VSHUFPS;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Frame;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Lanes;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.assembler.Width;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;

/**
 * {@code s[i][t] = q[i] . k[t]} for 1 to 4 rows {@code q} of F32, activations or queries, and rows {@code k} of F16, BF16 or F32, weights or keys, of
 * a multiple of the registers' elements: lanes are columns, and the lanes of several {@code k} are added up together. AVX2 with FMA and F16C, or
 * AVX-512.
 *
 * <p>512 bits: for 16 columns of 4 {@code k} and 4 {@code q} there are 8 loads and 16 multiply-adds; for each {@code q} and 4 {@code k},
 * 16 instructions at the end. 256 bits: sums are at most 12, of 4 {@code k} and 3 {@code q}, for 7 loads; 4 {@code q} take 2 {@code k}, so
 * that each converted {@code k} is used by all of them.
 *
 * <p>Vector registers: sums from 0 on, {@link #sums} for each {@code q}; behind them {@code q}, then {@code k}; in the end, work.
 * RDI arguments; R8 q 0 to 2, R9 q 3, RCX bytes between them; RSI k 0 to 2, R10 k 3, RDX bytes between them;
 * R11 results; RBX registers of columns left; RBP blocks of k left; R12 bytes of a q, R13 of a k.
 */
public final class DotProducts {

    /** The most {@code q}, and {@code k} in a block. */
    public static final int MOST = 4;

    /** The most sums where there are 16 registers. */
    private static final int MOST_SUMS = 12;

    /** What {@code k} consists of. */
    public enum Kind {
        F16,
        BF16,
        F32;

        public QuantType type() {
            return switch (this) {
                case F16 -> QuantTypes.F16;
                case BF16 -> QuantTypes.BF16;
                case F32 -> QuantTypes.F32;
            };
        }

        /** Emits the reading of a register of elements as floats. */
        public void load(Assembler a, Vec to, Mem from) {
            switch (this) {
                case F16 -> a.emit(VCVTPH2PS, to, from);
                case BF16 -> {
                    a.emit(VPMOVZXWD, to, from);
                    a.emit(VPSLLD, to, to, 16);
                }
                case F32 -> a.emit(VMOVUPS, to, from);
            }
        }
    }

    // The argument block, in bytes.
    static final int S = 0;
    static final int Q = 8;
    static final int K = 16;
    static final int S_BYTES = 24;
    static final int Q_BYTES = 32;
    static final int K_BYTES = 40;
    /** Registers of columns, and blocks of {@code k}. */
    static final int COLUMNS = 48;

    static final int BLOCKS = 56;

    private static final Gp ARGS = Gp.RDI;
    private static final Gp QUERIES = Gp.R8;
    private static final Gp LAST_QUERY = Gp.R9;
    private static final Gp KEYS = Gp.RSI;
    private static final Gp LAST_KEY = Gp.R10;
    private static final Gp SCORES = Gp.R11;
    private static final Gp TO = Gp.RAX;
    private static final Gp QUERY_BYTES = Gp.RCX;
    private static final Gp KEY_BYTES = Gp.RDX;
    private static final Gp LEFT = Gp.RBX;
    private static final Gp BLOCKS_LEFT = Gp.RBP;
    private static final Gp QUERY_LENGTH = Gp.R12;
    private static final Gp KEY_LENGTH = Gp.R13;

    private final Assembler a = new Assembler();
    private final Kind kind;
    private final Width width;
    private final int queries;
    private final int tokens;
    private final int sums;
    private final int keyBytes;

    private DotProducts(Kind kind, Width width, int queries, int tokens) {
        this.kind = kind;
        this.width = width;
        this.queries = queries;
        this.tokens = tokens;
        sums = block(width, queries);
        keyBytes = (int) kind.type().bytes(width.lanes());
    }

    /** The {@code k} in a block of several for so many {@code q}: 2 or 4. */
    public static int block(Width width, int queries) {
        return width == Width.YMM && MOST * queries > MOST_SUMS ? MOST / 2 : MOST;
    }

    /** The {@code q} to take at a time where there are so many: what fills the registers, or if possible all. */
    static int step(Width width, int queries) {
        return width == Width.YMM && queries > MOST ? MOST_SUMS / MOST : MOST;
    }

    /**
     * The routine for one kind of {@code k}.
     *
     * @param queries 1 to 4 {@code q}
     * @param tokens {@code k} in a block: 1, or what {@link #block} says
     */
    static byte[] assemble(Kind kind, Width width, int queries, int tokens) {
        return new DotProducts(kind, width, queries, tokens).routine();
    }

    private byte[] routine() {
        Label block = a.label();
        Frame frame = Frame.openVectors(a, Gp.RBX, Gp.RBP, Gp.R12, Gp.R13);
        a.mov(QUERIES, Mem.at(ARGS, Q)).mov(QUERY_BYTES, Mem.at(ARGS, Q_BYTES));
        a.mov(KEYS, Mem.at(ARGS, K)).mov(KEY_BYTES, Mem.at(ARGS, K_BYTES));
        a.mov(SCORES, Mem.at(ARGS, S)).mov(BLOCKS_LEFT, Mem.at(ARGS, BLOCKS));
        a.mov(QUERY_LENGTH, Mem.at(ARGS, COLUMNS)).shl(QUERY_LENGTH, Integer.numberOfTrailingZeros(width.bytes()));
        a.mov(KEY_LENGTH, Mem.at(ARGS, COLUMNS)).shl(KEY_LENGTH, Integer.numberOfTrailingZeros(keyBytes));
        a.lea(LAST_QUERY, Mem.at(QUERIES, QUERY_BYTES, 2, 0)).add(LAST_QUERY, QUERY_BYTES);
        a.bind(block);
        a.lea(LAST_KEY, Mem.at(KEYS, KEY_BYTES, 2, 0)).add(LAST_KEY, KEY_BYTES);
        for (int i = 0; i < sums * queries; i++) {
            a.emit(VPXOR, width.of(i), width.of(i), width.of(i));
        }
        a.mov(LEFT, Mem.at(ARGS, COLUMNS));
        if (tokens == 1) {
            one();
        } else {
            several();
        }
        a.mov(TO, SCORES);
        for (int i = 0; i < queries; i++) {
            store(i);
            if (i + 1 < queries) {
                a.add(TO, Mem.at(ARGS, S_BYTES));
            }
        }
        // The next tokens' keys begin behind the last of these.
        a.sub(KEYS, KEY_LENGTH);
        if (tokens == MOST) {
            a.sub(LAST_KEY, KEY_LENGTH).lea(KEYS, Mem.at(LAST_KEY, KEY_BYTES, 1, 0));
        } else {
            a.lea(KEYS, Mem.at(KEYS, KEY_BYTES, tokens, 0));
        }
        a.sub(QUERIES, QUERY_LENGTH).sub(LAST_QUERY, QUERY_LENGTH);
        a.add(SCORES, 4 * tokens).sub(BLOCKS_LEFT, 1).jump(Condition.NOT_EQUAL, block);
        frame.close();
        return a.finish();
    }

    /** The sum of a {@code q} with one {@code k} of the block, or with the only one over some of the columns. */
    private Vec sum(int i, int which) {
        return width.of(sums * i + which);
    }

    /** A register behind the sums. */
    private Vec free(int i) {
        return width.of(sums * queries + i);
    }

    private static Mem row(int i, Gp base, Gp stride, Gp last) {
        return i == 0 ? Mem.at(base) : i == 3 ? Mem.at(last) : Mem.at(base, stride, i, 0);
    }

    /** All columns of a block's {@code k}. */
    private void several() {
        Label loop = a.label();
        Vec key = free(queries);
        a.align(32).bind(loop);
        for (int i = 0; i < queries; i++) {
            a.emit(VMOVUPS, free(i), row(i, QUERIES, QUERY_BYTES, LAST_QUERY));
        }
        for (int t = 0; t < tokens; t++) {
            kind.load(a, key, row(t, KEYS, KEY_BYTES, LAST_KEY));
            for (int i = 0; i < queries; i++) {
                a.emit(VFMADD231PS, sum(i, t), key, free(i));
            }
        }
        advance(1);
        a.sub(LEFT, 1).jump(Condition.NOT_EQUAL, loop);
    }

    private void advance(int registers) {
        int bytes = width.bytes() * registers;
        a.add(QUERIES, bytes).add(LAST_QUERY, bytes);
        a.add(KEYS, keyBytes * registers).add(LAST_KEY, keyBytes * registers);
    }

    /** All columns of one {@code k}: some registers at a time, so that sums do not wait for each other, then the rest. */
    private void one() {
        Label loop = a.label();
        Label rest = a.label();
        Label end = a.label();
        a.align(32).bind(loop).cmp(LEFT, sums).jump(Condition.LESS, rest);
        one(sums);
        a.sub(LEFT, sums).jump(loop);
        a.bind(rest).test(LEFT, LEFT).jump(Condition.EQUAL, end);
        one(1);
        a.sub(LEFT, 1).jump(rest);
        a.bind(end);
        for (int i = 0; i < queries; i++) {
            for (int apart = sums / 2; apart > 0; apart /= 2) {
                for (int u = 0; u < apart; u++) {
                    a.emit(VADDPS, sum(i, u), sum(i, u), sum(i, u + apart));
                }
            }
        }
    }

    private void one(int times) {
        for (int u = 0; u < times; u++) {
            kind.load(a, free(u), Mem.at(KEYS, (long) keyBytes * u));
        }
        for (int i = 0; i < queries; i++) {
            Mem q = row(i, QUERIES, QUERY_BYTES, LAST_QUERY);
            for (int u = 0; u < times; u++) {
                a.emit(VFMADD231PS, sum(i, u), free(u), q.plus((long) width.bytes() * u));
            }
        }
        advance(times);
    }

    /** Adds up the lanes of a query's sums and stores them. */
    private void store(int i) {
        Vec work = free(0);
        Vec other = free(1);
        if (tokens == 1) {
            Vec s = sum(i, 0);
            Lanes.fold(a, VADDPS, s, work, other);
            a.emit(VMOVSS_STORE, Mem.at(TO), s.low());
            return;
        }
        Vec first = pairs(sum(i, 0), sum(i, 1), work, other);
        if (tokens == 2) {
            Lanes.quarters(a, VADDPS, first, other, other);
            a.emit(VPSHUFD, other.low(), first.low(), 0b1110);
            a.emit(VADDPS, first.low(), first.low(), other.low());
            a.emit(VMOVQ_STORE, Mem.at(TO), first.low());
            return;
        }
        Vec second = pairs(sum(i, 2), sum(i, 3), free(2), free(3));
        a.emit(VSHUFPS, other, first, second, 0x44);
        a.emit(VSHUFPS, first, first, second, 0xEE);
        a.emit(VADDPS, first, first, other);
        Lanes.quarters(a, VADDPS, first, other, second);
        a.emit(VMOVUPS_STORE, Mem.at(TO), first.low());
    }

    /** In each 128 bits: x0 + x2, y0 + y2, x1 + x3, y1 + y3. */
    private Vec pairs(Vec x, Vec y, Vec result, Vec work) {
        a.emit(VPUNPCKLDQ, result, x, y);
        a.emit(VPUNPCKHDQ, work, x, y);
        a.emit(VADDPS, result, result, work);
        return result;
    }
}
