package io.jgemma.engine.cpu.x86.weights.groups;

import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPADDW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPBROADCASTD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMADDUBSW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMADDWD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Isa;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.weights.ActivationForm;
import org.jspecify.annotations.Nullable;

/**
 * Emits sums of products of weights' codes, unsigned bytes, with activations, signed ones, of a plane or two: four neighbours of each row add up in a lane
 * of 32 bits. Without {@code vpdpbusd} sums stay in 16 bits as long as they surely fit, and become 32 bits then.
 *
 * <p>Registers, from a first one on: high bytes' sums, low bytes' sums, both, activations, products, ones, 256s. A caller may use those of activations and
 * products between sums.
 */
final class ByteSums {

    /** How many registers are used. */
    static final int REGISTERS = 7;

    private final Assembler a;
    private final Isa isa;
    private final boolean planes;
    private final int most;
    private final Vec upper;
    private final Vec lower;
    private final Vec total;
    private final Vec activations;
    private final Vec products;
    private final Vec ones;
    private final Vec bytes;
    private final Label constants;
    /** Products that are in the 16-bit sums. */
    private int pending;

    /** For a format's codes, from register {@code first} on. */
    ByteSums(Assembler a, Isa isa, ActivationForm form, RowGroups format, int first) {
        this.a = a;
        this.isa = isa;
        planes = form == ActivationForm.PLANES;
        most = format.most(isa);
        upper = isa.width().of(first);
        lower = isa.width().of(first + 1);
        total = isa.width().of(first + 2);
        activations = isa.width().of(first + 3);
        products = isa.width().of(first + 4);
        ones = isa.width().of(first + 5);
        bytes = isa.width().of(first + 6);
        constants = a.label();
    }

    /** Loads the constants; RAX changes. */
    void load() {
        if (!isa.hasByteProducts()) {
            a.lea(Gp.RAX, Mem.at(constants));
            a.emit(VPBROADCASTD, ones, Mem.at(Gp.RAX));
            a.emit(VPBROADCASTD, bytes, Mem.at(Gp.RAX, 4));
        }
    }

    /** The constants' bytes, behind the code. */
    void data() {
        a.alignData(4).bind(constants).word(0x00010001).word(0x01000100);
    }

    Vec activations() {
        return activations;
    }

    Vec products() {
        return products;
    }

    /** Begins sums, with one number for all rows where that is given. */
    void begin(@Nullable Mem term) {
        if (term == null) {
            a.emit(VPXOR, total, total, total);
        } else {
            a.emit(VPBROADCASTD, total, term);
        }
        if (isa.hasByteProducts() && planes) {
            a.emit(VPXOR, upper, upper, upper);
        }
        pending = 0;
    }

    /** Adds codes times four activations, whose high bytes, if there are, and low bytes stand in two places. */
    void add(Vec codes, Mem high, Mem low) {
        if (isa.hasByteProducts()) {
            if (planes) {
                a.emit(VPBROADCASTD, activations, high);
                isa.addByteProducts(a, upper, codes, activations);
            }
            a.emit(VPBROADCASTD, activations, low);
            isa.addByteProducts(a, total, codes, activations);
            return;
        }
        if (planes) {
            multiply(upper, codes, high);
        }
        multiply(lower, codes, low);
        pending++;
        if (pending == most) {
            widen();
        }
    }

    private void multiply(Vec sum, Vec codes, Mem four) {
        a.emit(VPBROADCASTD, activations, four);
        if (pending == 0) {
            a.emit(VPMADDUBSW, sum, codes, activations);
        } else {
            a.emit(VPMADDUBSW, products, codes, activations);
            a.emit(VPADDW, sum, sum, products);
        }
    }

    private void widen() {
        if (planes) {
            a.emit(VPMADDWD, upper, upper, bytes);
            a.emit(VPADDD, total, total, upper);
        }
        a.emit(VPMADDWD, lower, lower, ones);
        a.emit(VPADDD, total, total, lower);
        pending = 0;
    }

    /** Adds products of words, whose codes are signed ones, pairs of neighbours at a time. */
    void addWords(Vec codes, Mem two) {
        a.emit(VPBROADCASTD, activations, two);
        isa.addProducts(a, total, codes, activations, products);
    }

    /** The sums as floats. */
    Vec end() {
        if (isa.hasByteProducts()) {
            if (planes) {
                a.emit(VPSLLD, upper, upper, Byte.SIZE);
                a.emit(VPADDD, total, total, upper);
            }
        } else if (pending > 0) {
            widen();
        }
        a.emit(VCVTDQ2PS, total, total);
        return total;
    }
}
