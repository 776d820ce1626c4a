package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Op.VADDPS;
import static io.jgemma.engine.cpu.x86.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.Op.VEXTRACTI128;
import static io.jgemma.engine.cpu.x86.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.Op.VPMOVZXWD;
import static io.jgemma.engine.cpu.x86.Op.VPSHUFD;
import static io.jgemma.engine.cpu.x86.Op.VPSLLD;
import static io.jgemma.engine.cpu.x86.Op.VPUNPCKHDQ;
import static io.jgemma.engine.cpu.x86.Op.VPUNPCKLDQ;
import static io.jgemma.engine.cpu.x86.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.Op.VSHUFPS;
import static io.jgemma.engine.cpu.x86.Vec.xmm;
import static io.jgemma.engine.cpu.x86.Vec.zmm;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;

/**
 * {@code s[i][t] = q[i] . k[t]} for 1 to 4 rows {@code q} of F32, activations or queries, and rows {@code k} of F16, BF16 or F32, weights or keys, of
 * a multiple of 16 elements: lanes are columns, and the lanes of four {@code k} are added up together. AVX-512.
 *
 * <p>For 16 columns of 4 {@code k} and 4 {@code q} there are 8 loads and 16 multiply-adds; for each {@code q} and 4 {@code k}, 16
 * instructions at the end.
 *
 * <p>Registers: zmm0 to zmm15 sums, four for each {@code q}; zmm16 to zmm19 k; zmm20 q; zmm21 to zmm24 work.
 * RDI arguments; R8 q 0 to 2, R9 q 3, RCX bytes between them; RSI k 0 to 2, R10 k 3, RDX bytes between them;
 * R11 results; RBX 16s of columns left; RBP blocks of k left; R12 bytes of a q, R13 of a k.
 */
final class DotProducts {

    /** The most {@code q}, and {@code k} in a block. */
    static final int MOST = 4;

    /** What {@code k} consists of. */
    enum Kind {
        F16(32),
        BF16(32),
        F32(64);

        private final int bytes;

        Kind(int bytes) {
            this.bytes = bytes;
        }

        QuantType type() {
            return switch (this) {
                case F16 -> QuantTypes.F16;
                case BF16 -> QuantTypes.BF16;
                case F32 -> QuantTypes.F32;
            };
        }
    }

    // The argument block, in bytes.
    static final int S = 0;
    static final int Q = 8;
    static final int K = 16;
    static final int S_BYTES = 24;
    static final int Q_BYTES = 32;
    static final int K_BYTES = 40;
    /** 16s of columns, and blocks of {@code k}. */
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

    private static final Vec QUERY = zmm(20);
    private static final Vec WORK = zmm(21);
    private static final Vec OTHER = zmm(22);

    private final Assembler a = new Assembler();
    private final Kind kind;
    private final int queries;
    private final int tokens;

    private DotProducts(Kind kind, int queries, int tokens) {
        this.kind = kind;
        this.queries = queries;
        this.tokens = tokens;
    }

    /**
     * The routine for one kind of {@code k}.
     *
     * @param queries 1 to 4 {@code q}
     * @param tokens {@code k} in a block: 1 or 4
     */
    static byte[] assemble(Kind kind, int queries, int tokens) {
        return new DotProducts(kind, queries, tokens).routine();
    }

    private byte[] routine() {
        Label block = a.label();
        Frame frame = Frame.openVectors(a, Gp.RBX, Gp.RBP, Gp.R12, Gp.R13);
        a.mov(QUERIES, Mem.at(ARGS, Q)).mov(QUERY_BYTES, Mem.at(ARGS, Q_BYTES));
        a.mov(KEYS, Mem.at(ARGS, K)).mov(KEY_BYTES, Mem.at(ARGS, K_BYTES));
        a.mov(SCORES, Mem.at(ARGS, S)).mov(BLOCKS_LEFT, Mem.at(ARGS, BLOCKS));
        a.mov(QUERY_LENGTH, Mem.at(ARGS, COLUMNS)).shl(QUERY_LENGTH, 6);
        a.mov(KEY_LENGTH, Mem.at(ARGS, COLUMNS)).shl(KEY_LENGTH, kind == Kind.F32 ? 6 : 5);
        a.lea(LAST_QUERY, Mem.at(QUERIES, QUERY_BYTES, 2, 0)).add(LAST_QUERY, QUERY_BYTES);
        a.bind(block);
        a.lea(LAST_KEY, Mem.at(KEYS, KEY_BYTES, 2, 0)).add(LAST_KEY, KEY_BYTES);
        for (int i = 0; i < MOST * queries; i++) {
            a.emit(VPXOR, zmm(i), zmm(i), zmm(i));
        }
        a.mov(LEFT, Mem.at(ARGS, COLUMNS));
        if (tokens == 1) {
            one();
        } else {
            four();
        }
        a.mov(TO, SCORES);
        for (int i = 0; i < queries; i++) {
            store(i);
            if (i + 1 < queries) {
                a.add(TO, Mem.at(ARGS, S_BYTES));
            }
        }
        // The next tokens' keys begin behind the last of these.
        if (tokens == 1) {
            a.sub(KEYS, KEY_LENGTH).add(KEYS, KEY_BYTES);
        } else {
            a.sub(LAST_KEY, KEY_LENGTH).lea(KEYS, Mem.at(LAST_KEY, KEY_BYTES, 1, 0));
        }
        a.sub(QUERIES, QUERY_LENGTH).sub(LAST_QUERY, QUERY_LENGTH);
        a.add(SCORES, 4 * tokens).sub(BLOCKS_LEFT, 1).jump(Condition.NOT_EQUAL, block);
        frame.close();
        return a.finish();
    }

    /** The sum of a {@code q} with one of the four {@code k}, or with the only one over one of four 16s of columns. */
    private static Vec sum(int i, int which) {
        return zmm(MOST * i + which);
    }

    private static Mem row(int i, Gp base, Gp stride, Gp last) {
        return i == 0 ? Mem.at(base) : i == 3 ? Mem.at(last) : Mem.at(base, stride, i, 0);
    }

    /** All columns of four {@code k}. */
    private void four() {
        Label loop = a.label();
        a.align(32).bind(loop);
        for (int t = 0; t < MOST; t++) {
            load(zmm(16 + t), row(t, KEYS, KEY_BYTES, LAST_KEY));
        }
        for (int i = 0; i < queries; i++) {
            a.emit(VMOVUPS, QUERY, row(i, QUERIES, QUERY_BYTES, LAST_QUERY));
            for (int t = 0; t < MOST; t++) {
                a.emit(VFMADD231PS, sum(i, t), QUERY, zmm(16 + t));
            }
        }
        a.add(QUERIES, 64).add(LAST_QUERY, 64).add(KEYS, kind.bytes).add(LAST_KEY, kind.bytes);
        a.sub(LEFT, 1).jump(Condition.NOT_EQUAL, loop);
    }

    /** All columns of one {@code k}: four 16s at a time, so that sums do not wait for each other, then the rest. */
    private void one() {
        Label loop = a.label();
        Label rest = a.label();
        Label end = a.label();
        a.align(32).bind(loop).cmp(LEFT, MOST).jump(Condition.LESS, rest);
        one(MOST);
        a.sub(LEFT, MOST).jump(loop);
        a.bind(rest).test(LEFT, LEFT).jump(Condition.EQUAL, end);
        one(1);
        a.sub(LEFT, 1).jump(rest);
        a.bind(end);
        for (int i = 0; i < queries; i++) {
            a.emit(VADDPS, sum(i, 0), sum(i, 0), sum(i, 1));
            a.emit(VADDPS, sum(i, 2), sum(i, 2), sum(i, 3));
            a.emit(VADDPS, sum(i, 0), sum(i, 0), sum(i, 2));
        }
    }

    private void one(int times) {
        for (int u = 0; u < times; u++) {
            load(zmm(16 + u), Mem.at(KEYS, (long) kind.bytes * u));
        }
        for (int i = 0; i < queries; i++) {
            Mem q = row(i, QUERIES, QUERY_BYTES, LAST_QUERY);
            for (int u = 0; u < times; u++) {
                a.emit(VFMADD231PS, sum(i, u), zmm(16 + u), q.plus(64L * u));
            }
        }
        a.add(QUERIES, 64 * times).add(LAST_QUERY, 64 * times).add(KEYS, kind.bytes * times);
    }

    /** 16 elements of a {@code k} as floats. */
    private void load(Vec to, Mem from) {
        switch (kind) {
            case F16 -> a.emit(VCVTPH2PS, to, from);
            case BF16 -> {
                a.emit(VPMOVZXWD, to, from);
                a.emit(VPSLLD, to, to, 16);
            }
            case F32 -> a.emit(VMOVUPS, to, from);
        }
    }

    /** Adds up the lanes of a query's sums and stores them. */
    private void store(int i) {
        if (tokens == 1) {
            Vec s = sum(i, 0);
            lanes(s, OTHER);
            a.emit(VPSHUFD, OTHER.low(), s.low(), 0b1110);
            a.emit(VADDPS, s.low(), s.low(), OTHER.low());
            a.emit(VPSHUFD, OTHER.low(), s.low(), 0b0001);
            a.emit(VADDPS, s.low(), s.low(), OTHER.low());
            a.emit(VMOVSS_STORE, Mem.at(TO), s.low());
            return;
        }
        Vec first = pairs(sum(i, 0), sum(i, 1), WORK, OTHER);
        Vec second = pairs(sum(i, 2), sum(i, 3), zmm(23), zmm(24));
        a.emit(VSHUFPS, OTHER, first, second, 0x44);
        a.emit(VSHUFPS, first, first, second, 0xEE);
        a.emit(VADDPS, first, first, OTHER);
        lanes(first, OTHER);
        a.emit(VMOVUPS_STORE, Mem.at(TO), first.low());
    }

    /** In each 128 bits: x0 + x2, y0 + y2, x1 + x3, y1 + y3. */
    private Vec pairs(Vec x, Vec y, Vec result, Vec work) {
        a.emit(VPUNPCKLDQ, result, x, y);
        a.emit(VPUNPCKHDQ, work, x, y);
        a.emit(VADDPS, result, result, work);
        return result;
    }

    /** Adds the upper three 128 bits to the lowest; they stay in the upper part of {@code work} only. */
    private void lanes(Vec v, Vec work) {
        a.emit(VEXTRACTI128, work.low(), v, 1);
        a.emit(VEXTRACTI128, xmm(25), v, 2);
        a.emit(VEXTRACTI128, xmm(26), v, 3);
        a.emit(VADDPS, work.low(), work.low(), v.low());
        a.emit(VADDPS, xmm(25), xmm(25), xmm(26));
        a.emit(VADDPS, v.low(), work.low(), xmm(25));
    }
}
