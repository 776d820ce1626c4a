package io.jgemma.engine.cpu.x86.weights.groups;

import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFMADD231PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VFNMADD231PS;
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
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.weights.ActivationForm;
import io.jgemma.engine.cpu.x86.weights.BlockFormat;

/**
 * Groups of 16 rows of weights in blocks of 256 ({@link SuperGroupFormat}) times one to four rows of activations, which are rounded to 8 or 16 bits, 32 with
 * one scale. The formula is that of the panels; whatever the number of rows, each gets the same bits. AVX-512 with VNNI.
 *
 * <p>For 64 columns of Q4_K, 576 bytes, there are about 50 operations on weights, and for each row of activations 16
 * multiply-adds a byte, which broadcast four activations each, and 12 or 16 others.
 *
 * <p>Registers: zmm0 to zmm3 sums, zmm4 to zmm19 integer sums of two parts' high and low bytes, zmm20 and zmm21 codes, then factors, zmm22 and following
 * as {@link SuperGroupCodes} has them.
 */
final class SuperGroupTokens implements SuperGroupCodes.Sink {

    /** Rows of activations that fit into registers. */
    static final int MOST = 4;

    private static final Vec LOW = zmm(20);
    private static final Vec HIGH = zmm(21);

    private final Assembler a = new Assembler();
    private final SuperGroupFormat format;
    private final ActivationForm form;
    private final int tokens;
    private final SuperGroupCodes codes;
    private final TokenFrame frame;
    private final LinesAhead ahead;
    private final int partSize;

    private SuperGroupTokens(SuperGroupFormat format, ActivationForm form, int tokens) {
        this.format = format;
        this.form = form;
        this.tokens = tokens;
        codes = new SuperGroupCodes(a, format, TokenFrame.UNIT, LOW, HIGH);
        frame = TokenFrame.open(a, tokens);
        ahead = new LinesAhead(a, TokenFrame.UNIT, format.unitBytes());
        partSize = BlockFormat.SIZE / format.scaling().parts();
    }

    static byte[] assemble(SuperGroupFormat format, ActivationForm form, int tokens) {
        return new SuperGroupTokens(format, form, tokens).routine();
    }

    private byte[] routine() {
        Label group = a.label();
        Label loop = a.label();
        codes.load();
        a.bind(group);
        for (int t = 0; t < tokens; t++) {
            a.emit(VPXOR, zmm(t), zmm(t), zmm(t));
        }
        frame.load();
        a.align(64).bind(loop);
        codes.emit(this);
        int columns = format.unitColumns();
        frame.advance(
                format.unitBytes(), form.bytes() * columns, 4 * (columns / BlockFormat.SIZE), 4 * (columns / partSize));
        a.sub(TokenFrame.LEFT, 1).jump(Condition.NOT_EQUAL, loop);
        frame.store(format.line(), Vec::zmm);
        frame.next(group);
        codes.data();
        return a.finish();
    }

    private static Vec upper(int which, int token) {
        return zmm(4 + 8 * which + token);
    }

    private static Vec lower(int which, int token) {
        return zmm(8 + 8 * which + token);
    }

    @Override
    public void begin(int first, int second) {
        for (int which = 0; which < 2; which++) {
            int part = which == 0 ? first : second;
            for (int t = 0; t < tokens; t++) {
                Vec lower = lower(which, t);
                if (form == ActivationForm.PLANES) {
                    a.emit(VPXOR, upper(which, t), upper(which, t), upper(which, t));
                }
                if (format.isSix()) {
                    a.emit(VPBROADCASTD, lower, frame.terms(t, 4L * part));
                } else {
                    a.emit(VPXOR, lower, lower, lower);
                }
            }
        }
    }

    @Override
    public void codes(Vec four, int which, int element) {
        ahead.prefetch(element / 4, format.unitColumns() / 4);
        int block = element / BlockFormat.SIZE * BlockFormat.SIZE;
        int at = form.bytes() * block + element % BlockFormat.SIZE;
        for (int t = 0; t < tokens; t++) {
            if (form == ActivationForm.PLANES) {
                multiply(upper(which, t), four, t, at);
                multiply(lower(which, t), four, t, at + BlockFormat.SIZE);
            } else {
                multiply(lower(which, t), four, t, at);
            }
        }
    }

    private void multiply(Vec sums, Vec four, int token, int at) {
        a.emitBroadcast(VPDPBUSD, sums, four, frame.inputs(token, at));
    }

    @Override
    public void end(int first, int second) {
        scale(0, first);
        scale(1, second);
    }

    private void scale(int which, int part) {
        codes.scale(part, LOW);
        if (!format.isSix()) {
            codes.minimum(part, HIGH);
        }
        long factor = 4L * (part * partSize / BlockFormat.SIZE);
        for (int t = 0; t < tokens; t++) {
            Vec products = lower(which, t);
            if (form == ActivationForm.PLANES) {
                a.emit(VPSLLD, upper(which, t), upper(which, t), Byte.SIZE);
                a.emit(VPADDD, products, products, upper(which, t));
            }
            a.emit(VCVTDQ2PS, products, products);
            a.emit(VMULPS, products, products, LOW);
            a.emitBroadcast(VFMADD231PS, zmm(t), products, frame.factors(t, factor));
            if (!format.isSix()) {
                a.emitBroadcast(VFNMADD231PS, zmm(t), HIGH, frame.terms(t, 4L * part));
            }
        }
    }
}
