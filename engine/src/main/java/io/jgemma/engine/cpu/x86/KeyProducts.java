package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Op.VADDPS;
import static io.jgemma.engine.cpu.x86.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.Op.VEXTRACTI128;
import static io.jgemma.engine.cpu.x86.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.Op.VMOVSS_STORE;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS_STORE;
import static io.jgemma.engine.cpu.x86.Op.VPSHUFD;
import static io.jgemma.engine.cpu.x86.Op.VPUNPCKHDQ;
import static io.jgemma.engine.cpu.x86.Op.VPUNPCKLDQ;
import static io.jgemma.engine.cpu.x86.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.Op.VSHUFPS;
import static io.jgemma.engine.cpu.x86.Vec.xmm;
import static io.jgemma.engine.cpu.x86.Vec.zmm;

/**
 * {@code s[i][t] = q[i] . k[t]} for 1 to 4 queries and keys that lie token after token, F16 or F32, in vectors of a multiple
 * of 16: lanes are channels, and the lanes of four tokens are added up together. AVX-512.
 *
 * <p>For 16 channels of 4 tokens and 4 queries there are 8 loads and 16 multiply-adds; for each query and 4 tokens, 16
 * instructions at the end.
 *
 * <p>Registers: zmm0 to zmm15 sums, those of a query side by side; zmm16 to zmm19 keys; zmm20 query; zmm21 to zmm24 work.
 * RDI arguments; R8 queries 0 to 2, R9 query 3, RCX bytes between them; RSI keys 0 to 2, R10 key 3, RDX bytes between them;
 * R11 scores; RBX 16s of channels left; RBP blocks of tokens left; R12 bytes of a query, R13 of a key.
 */
final class KeyProducts {

    /** The most queries, and tokens in a block. */
    static final int MOST = 4;

    // The argument block, in bytes.
    static final int S = 0;
    static final int Q = 8;
    static final int K = 16;
    static final int S_BYTES = 24;
    static final int Q_BYTES = 32;
    static final int K_BYTES = 40;
    /** 16s of channels, and blocks of tokens. */
    static final int CHANNELS = 48;

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
    private final boolean halves;
    private final int queries;
    private final int tokens;

    private KeyProducts(boolean halves, int queries, int tokens) {
        this.halves = halves;
        this.queries = queries;
        this.tokens = tokens;
    }

    /**
     * The routine for keys of F16 or F32.
     *
     * @param queries 1 to 4
     * @param tokens in a block: 1 or 4
     */
    static byte[] assemble(boolean halves, int queries, int tokens) {
        return new KeyProducts(halves, queries, tokens).routine();
    }

    private byte[] routine() {
        Label block = a.label();
        Label channels = a.label();
        Frame frame = Frame.openVectors(a, Gp.RBX, Gp.RBP, Gp.R12, Gp.R13);
        a.mov(QUERIES, Mem.at(ARGS, Q)).mov(QUERY_BYTES, Mem.at(ARGS, Q_BYTES));
        a.mov(KEYS, Mem.at(ARGS, K)).mov(KEY_BYTES, Mem.at(ARGS, K_BYTES));
        a.mov(SCORES, Mem.at(ARGS, S)).mov(BLOCKS_LEFT, Mem.at(ARGS, BLOCKS));
        a.mov(QUERY_LENGTH, Mem.at(ARGS, CHANNELS)).shl(QUERY_LENGTH, 6);
        a.mov(KEY_LENGTH, Mem.at(ARGS, CHANNELS)).shl(KEY_LENGTH, halves ? 5 : 6);
        a.lea(LAST_QUERY, Mem.at(QUERIES, QUERY_BYTES, 2, 0)).add(LAST_QUERY, QUERY_BYTES);
        a.bind(block);
        a.lea(LAST_KEY, Mem.at(KEYS, KEY_BYTES, 2, 0)).add(LAST_KEY, KEY_BYTES);
        for (int i = 0; i < queries * tokens; i++) {
            a.emit(VPXOR, sum(i), sum(i), sum(i));
        }
        a.mov(LEFT, Mem.at(ARGS, CHANNELS)).align(32).bind(channels);
        multiply();
        a.sub(LEFT, 1).jump(Condition.NOT_EQUAL, channels);
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

    private static Vec sum(int i) {
        return zmm(i);
    }

    private static Mem row(int i, Gp base, Gp stride, Gp last) {
        return i == 0 ? Mem.at(base) : i == 3 ? Mem.at(last) : Mem.at(base, stride, i, 0);
    }

    /** 16 channels. */
    private void multiply() {
        for (int t = 0; t < tokens; t++) {
            a.emit(halves ? VCVTPH2PS : VMOVUPS, zmm(16 + t), row(t, KEYS, KEY_BYTES, LAST_KEY));
        }
        for (int i = 0; i < queries; i++) {
            a.emit(VMOVUPS, QUERY, row(i, QUERIES, QUERY_BYTES, LAST_QUERY));
            for (int t = 0; t < tokens; t++) {
                a.emit(VFMADD231PS, sum(i * tokens + t), QUERY, zmm(16 + t));
            }
        }
        int bytes = halves ? 32 : 64;
        a.add(QUERIES, 64).add(LAST_QUERY, 64).add(KEYS, bytes).add(LAST_KEY, bytes);
    }

    /** Adds up the lanes of a query's sums and stores them. */
    private void store(int i) {
        if (tokens == 1) {
            Vec s = sum(i);
            lanes(s, OTHER);
            a.emit(VPSHUFD, OTHER.low(), s.low(), 0b1110);
            a.emit(VADDPS, s.low(), s.low(), OTHER.low());
            a.emit(VPSHUFD, OTHER.low(), s.low(), 0b0001);
            a.emit(VADDPS, s.low(), s.low(), OTHER.low());
            a.emit(VMOVSS_STORE, Mem.at(TO), s.low());
            return;
        }
        Vec first = pairs(sum(4 * i), sum(4 * i + 1), WORK, OTHER);
        Vec second = pairs(sum(4 * i + 2), sum(4 * i + 3), zmm(23), zmm(24));
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
