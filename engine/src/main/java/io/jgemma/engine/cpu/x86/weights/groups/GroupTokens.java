package io.jgemma.engine.cpu.x86.weights.groups;

import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPBROADCASTD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPDPBUSD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;
import static io.jgemma.engine.cpu.x86.assembler.Vec.zmm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Condition;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.weights.ActivationForm;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;

/**
 * Groups of 16 rows of weights ({@link GroupFormat}) times several rows of activations of 8 or 16 bits, in the order of operations of {@link GroupRows} and
 * {@code WidePanels}, so that a row gets the same bits in any company. AVX-512 with VNNI.
 *
 * <p>The codes of a block, 32 columns, are unpacked once and stay in eight registers while all rows of activations meet them: for 288 bytes of weights in
 * nibbles some 20 operations, and for each row of activations 8 multiply-adds a byte, which broadcast four activations each, and 4 or 6 others. Where two
 * multiply-adds start per cycle, 8 rows of 16 bits take about 75 cycles and of 8 bits about 45; memory takes 25 to 35 for the weights when two
 * processors share it.
 *
 * <p>Registers: zmm0 to zmm7 codes, then scales, zmm8 to zmm15 integer sums, zmm16 to zmm23 sums, zmm24 to zmm27 as {@link GroupCodes} has them.
 */
final class GroupTokens {

    /** Rows of activations that fit into registers. */
    static final int MOST = 8;

    private static final int CODES = 8;
    private static final Vec SCALE = zmm(0);
    private static final Vec MINIMUM = zmm(1);

    private final Assembler a = new Assembler();
    private final GroupFormat format;
    private final ActivationForm form;
    private final int tokens;
    private final GroupCodes codes;
    private final TokenFrame frame;
    private final LinesAhead ahead;
    private final boolean minima;

    private GroupTokens(GroupFormat format, ActivationForm form, int tokens) {
        this.format = format;
        this.form = form;
        this.tokens = tokens;
        codes = new GroupCodes(a, format, 24);
        frame = TokenFrame.open(a, tokens);
        ahead = new LinesAhead(a, TokenFrame.UNIT, format.unitBytes());
        minima = format.blocks().hasMinimum();
    }

    static byte[] assemble(GroupFormat format, ActivationForm form, int tokens) {
        return new GroupTokens(format, form, tokens).routine();
    }

    private byte[] routine() {
        Label group = a.label();
        Label loop = a.label();
        Label tail = a.label();
        Label store = a.label();
        codes.load();
        a.bind(group);
        for (int t = 0; t < tokens; t++) {
            a.emit(VPXOR, sum(t), sum(t), sum(t));
        }
        frame.load();
        a.test(TokenFrame.LEFT, TokenFrame.LEFT).jump(Condition.EQUAL, tail);
        a.align(64).bind(loop);
        block(0);
        block(1);
        frame.advance(format.unitBytes(), 2 * form.bytes() * BlockFormat.SIZE, 8, 8);
        a.sub(TokenFrame.LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        a.bind(tail).mov(TokenFrame.LEFT, Mem.at(TokenFrame.ARGUMENTS, GroupRows.REST));
        a.test(TokenFrame.LEFT, TokenFrame.LEFT).jump(Condition.EQUAL, store);
        block(0);
        a.add(TokenFrame.UNIT, format.unitBytes());
        a.bind(store);
        frame.store(format.line(), GroupTokens::sum);
        frame.next(group);
        codes.data();
        return a.finish();
    }

    private void block(int b) {
        codes.block(TokenFrame.UNIT, b, Vec::zmm);
        int input = form.bytes() * BlockFormat.SIZE * b;
        if (form == ActivationForm.BYTES) {
            begin(minima ? -1 : b);
            multiply(input, b);
        } else {
            begin(-1);
            multiply(input, 2 * b);
            shift(b);
            multiply(input + BlockFormat.SIZE, 2 * b + 1);
        }
        scale(b);
    }

    /** Begins the integer sums with the terms of a block, or with 0 where that is below 0. */
    private void begin(int terms) {
        for (int t = 0; t < tokens; t++) {
            if (terms < 0) {
                a.emit(VPXOR, products(t), products(t), products(t));
            } else {
                a.emit(VPBROADCASTD, products(t), frame.terms(t, 4L * terms));
            }
        }
    }

    /** Makes sums of high bytes such of integers, and adds the terms. */
    private void shift(int b) {
        for (int t = 0; t < tokens; t++) {
            a.emit(VPSLLD, products(t), products(t), Byte.SIZE);
            if (!minima) {
                a.emitBroadcast(VPADDD, products(t), products(t), frame.terms(t, 4L * b));
            }
        }
    }

    /** A plane of the activations of a block; {@code pass} counts the planes that a unit meets. */
    private void multiply(int plane, int pass) {
        for (int i = 0; i < CODES; i++) {
            ahead.prefetch(CODES * pass + i, 2 * form.bytes() * CODES);
            for (int t = 0; t < tokens; t++) {
                a.emitBroadcast(VPDPBUSD, products(t), zmm(i), frame.inputs(t, plane + 4L * i));
            }
        }
    }

    private void scale(int b) {
        a.emit(VCVTPH2PS, SCALE, Mem.at(TokenFrame.UNIT, format.scales(b)));
        if (minima) {
            a.emit(VCVTPH2PS, MINIMUM, Mem.at(TokenFrame.UNIT, format.minima(b)));
        }
        for (int t = 0; t < tokens; t++) {
            a.emit(VCVTDQ2PS, products(t), products(t));
            a.emit(VMULPS, products(t), products(t), SCALE);
            a.emitBroadcast(VFMADD231PS, sum(t), products(t), frame.factors(t, 4L * b));
            if (minima) {
                a.emitBroadcast(VFMADD231PS, sum(t), MINIMUM, frame.terms(t, 4L * b));
            }
        }
    }

    private static Vec products(int token) {
        return zmm(8 + token);
    }

    private static Vec sum(int token) {
        return zmm(16 + token);
    }
}
