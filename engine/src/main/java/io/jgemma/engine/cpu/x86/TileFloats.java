package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.Op.VFMADD213PS;
import static io.jgemma.engine.cpu.x86.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.Op.VPAND;
import static io.jgemma.engine.cpu.x86.Op.VPERMD;
import static io.jgemma.engine.cpu.x86.Op.VPMOVSXBD;
import static io.jgemma.engine.cpu.x86.Op.VPMOVZXBD;
import static io.jgemma.engine.cpu.x86.Op.VPSRLD;

import java.util.List;

/**
 * Emits the reading of a block of 32 columns of keys or values, or of half of it, as floats. AVX2 with FMA and F16C, or AVX-512.
 *
 * <p>Q4_0 with 512 bits: six instructions, two of them on the block's scale: the table of the 16 values a nibble stands for is
 * multiplied with it, and both halves of the bytes pick from the product. With 256 bits, which hold no such table: 16, two of
 * them on the scale {@code d}; 8 nibbles are masked or shifted, converted, and become {@code n d - 8 d} by a multiply-add, and
 * 8 bytes are widened once for the nibbles of both halves. Half a block takes 10.
 *
 * <p>Registers, the last there are: the floats, two or four; the scale, where a weight may lie later; work. Before
 * them with 512 bits, the table.
 */
final class TileFloats {

    /** Columns of a block. */
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

    private static final int HALF = COLUMNS / 2;
    /** What the nibbles stand for is so much less than they are. */
    private static final int OFFSET = 8;

    private final Assembler a;
    private final Kind kind;
    private final Width width;
    private final int count;
    private final Vec scaled;
    private final Vec work;
    private final Label table;
    private final Label offset;

    /**
     * With nothing emitted.
     *
     * @param columns at a time: 32, or 16 to take fewer registers
     */
    TileFloats(Assembler a, Kind kind, Width width, int columns) {
        this.a = a;
        this.kind = kind;
        this.width = width;
        count = columns / width.lanes();
        scaled = width.of(width.registers() - 2);
        work = width.of(width.registers() - 1);
        table = a.label();
        offset = a.label();
    }

    /** Registers of floats. */
    int count() {
        return count;
    }

    /** A register of floats. */
    Vec floats(int i) {
        return width.of(scaled.number() - count + i);
    }

    /** A register that is free while the floats are used. */
    Vec weight() {
        return scaled;
    }

    private Vec values() {
        return width.of(scaled.number() - count - 1);
    }

    /** Loads the constants. */
    void load() {
        if (kind == Kind.Q4_0 && width == Width.ZMM) {
            a.emit(VMOVUPS, values(), Mem.at(table));
        }
    }

    /**
     * The columns of a block as floats.
     *
     * @param from where the block lies
     * @param half which 16 of its columns, where only 16 are read; else 0
     */
    void emit(Mem from, Mem scale, int half) {
        if (kind.scaled) {
            a.emit(VBROADCASTSS, scaled, scale);
        }
        if (kind == Kind.Q4_0) {
            if (width == Width.ZMM) {
                picked(from);
            } else {
                nibbles(from, half);
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            int first = HALF * half + width.lanes() * i;
            Mem place = from.plus((long) kind.blockBytes * first / COLUMNS);
            switch (kind) {
                case F16 -> a.emit(VCVTPH2PS, floats(i), place);
                case F32 -> a.emit(VMOVUPS, floats(i), place);
                default -> a.emit(VPMOVSXBD, floats(i), place);
            }
        }
        if (kind == Kind.Q8_0) {
            converted();
            for (int i = 0; i < count; i++) {
                a.emit(VMULPS, floats(i), floats(i), scaled);
            }
        }
    }

    /** Nibbles pick from the scaled table. */
    private void picked(Mem from) {
        a.emit(VPMOVZXBD, work, from);
        a.emit(VMULPS, scaled, scaled, values());
        a.emit(VPERMD, floats(0), work, scaled);
        a.emit(VPSRLD, work, work, 4);
        a.emit(VPERMD, floats(1), work, scaled);
    }

    /** Nibbles of both halves or of one, converted and scaled. */
    private void nibbles(Mem from, int half) {
        int registers = HALF / width.lanes();
        boolean both = count > registers;
        for (int i = 0; i < registers; i++) {
            Vec bytes = floats(both ? registers + i : i);
            a.emit(VPMOVZXBD, bytes, from.plus((long) width.lanes() * i));
            if (both || half == 0) {
                a.emit(VPAND, floats(i), bytes, Mem.at(table));
            }
            if (both || half == 1) {
                a.emit(VPSRLD, bytes, bytes, 4);
            }
        }
        a.emit(VMULPS, work, scaled, Mem.at(offset));
        converted();
        for (int i = 0; i < count; i++) {
            a.emit(VFMADD213PS, floats(i), scaled, work);
        }
    }

    /** Integers become floats. */
    private void converted() {
        for (int i = 0; i < count; i++) {
            a.emit(VCVTDQ2PS, floats(i), floats(i));
        }
    }

    /** The constants' bytes, behind the code: the table or the mask of a nibble, and the offset. */
    void data() {
        a.alignData(width.bytes()).bind(table);
        for (int n = 0; n < width.lanes(); n++) {
            a.word(width == Width.ZMM ? Float.floatToRawIntBits(n - OFFSET) : 0xF);
        }
        a.bind(offset);
        for (int n = 0; n < width.lanes(); n++) {
            a.word(Float.floatToRawIntBits(-OFFSET));
        }
    }
}
