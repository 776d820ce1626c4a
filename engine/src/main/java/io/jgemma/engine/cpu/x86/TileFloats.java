package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.Op.VPERMD;
import static io.jgemma.engine.cpu.x86.Op.VPMOVSXBD;
import static io.jgemma.engine.cpu.x86.Op.VPMOVZXBD;
import static io.jgemma.engine.cpu.x86.Op.VPSRLD;
import static io.jgemma.engine.cpu.x86.Vec.zmm;

import java.util.List;

/**
 * Emits the reading of a block of 32 columns of keys or values as floats. AVX-512.
 *
 * <p>With Q4_0 that is six instructions, two of them on the block's scale: the table of the 16 values a nibble stands for is
 * multiplied with it, and both halves of the bytes pick from the product.
 *
 * <p>Registers: zmm24, zmm25 the 32 floats; zmm27 the scaled table or the scale; zmm28 bytes; zmm31 table.
 */
final class TileFloats {

    /** Columns at a time. */
    static final int COLUMNS = 32;

    /** What keys or values consist of; the scales of blocks are F32, one for 32 columns. */
    enum Kind {
        Q4_0(16, true),
        Q8_0(32, true),
        F16(64, false),
        F32(128, false);

        /** What tiles consist of. */
        static final List<Kind> OF_TILES = List.of(Q4_0, Q8_0);

        private final int blockBytes;
        private final boolean scaled;

        Kind(int blockBytes, boolean scaled) {
            this.blockBytes = blockBytes;
            this.scaled = scaled;
        }

        /** Bytes of 32 columns. */
        int blockBytes() {
            return blockBytes;
        }

        boolean scaled() {
            return scaled;
        }
    }

    static final Vec LOW = zmm(24);
    static final Vec HIGH = zmm(25);
    private static final Vec SCALED = zmm(27);
    private static final Vec BYTES = zmm(28);
    private static final Vec TABLE = zmm(31);

    private final Assembler a;
    private final Kind kind;
    private final Label table;

    TileFloats(Assembler a, Kind kind) {
        this.a = a;
        this.kind = kind;
        table = a.label();
    }

    /** Loads the constants. */
    void load() {
        if (kind == Kind.Q4_0) {
            a.emit(VMOVUPS, TABLE, Mem.at(table));
        }
    }

    /** The 32 columns at a place as floats in {@link #LOW} and {@link #HIGH}. */
    void emit(Mem from, Mem scale) {
        switch (kind) {
            case Q4_0 -> {
                a.emit(VBROADCASTSS, SCALED, scale);
                a.emit(VPMOVZXBD, BYTES, from);
                a.emit(VMULPS, SCALED, SCALED, TABLE);
                a.emit(VPERMD, LOW, BYTES, SCALED);
                a.emit(VPSRLD, BYTES, BYTES, 4);
                a.emit(VPERMD, HIGH, BYTES, SCALED);
            }
            case Q8_0 -> {
                a.emit(VBROADCASTSS, SCALED, scale);
                a.emit(VPMOVSXBD, LOW, from);
                a.emit(VPMOVSXBD, HIGH, from.plus(16));
                a.emit(VCVTDQ2PS, LOW, LOW);
                a.emit(VCVTDQ2PS, HIGH, HIGH);
                a.emit(VMULPS, LOW, LOW, SCALED);
                a.emit(VMULPS, HIGH, HIGH, SCALED);
            }
            case F16 -> {
                a.emit(VCVTPH2PS, LOW, from);
                a.emit(VCVTPH2PS, HIGH, from.plus(32));
            }
            case F32 -> {
                a.emit(VMOVUPS, LOW, from);
                a.emit(VMOVUPS, HIGH, from.plus(64));
            }
        }
    }

    /** The constants' bytes, behind the code. */
    void data() {
        a.alignData(64).bind(table);
        for (int n = 0; n < 16; n++) {
            a.word(Float.floatToRawIntBits(n - 8));
        }
    }
}
