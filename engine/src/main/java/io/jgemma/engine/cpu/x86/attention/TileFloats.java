package io.jgemma.engine.cpu.x86.attention;

import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTI128;
import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTDQ2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VCVTPH2PS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMOVUPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VMULPS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPAND;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPERMD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMOVSXBD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMOVZXBD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSHUFB;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSLLD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRLD;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPXOR;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Rm;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.cpu.x86.assembler.Width;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Emits the reading of a block of 32 columns of keys or values, or of half of it, as floats. AVX2 with FMA and F16C, or AVX-512.
 *
 * <p>Q4_0 with 512 bits: six instructions, two of them on the block's scale: the table of the 16 values a nibble stands for is
 * multiplied with it, and both halves of the bytes pick from the product.
 *
 * <p>256 bits hold no such table. There a byte goes to the top of each lane (one broadcast for 16 bytes, one shuffle for 8),
 * where a signed one is an integer, 2^24 times as large, and where of two nibbles, with their top bits flipped, the high one is n - 8,
 * once masked, and the low one, once shifted, 2^28 times as large: Q4_0 takes 13 instructions, of half a block 9, Q8_0 11; and
 * as many as there are registers of floats to multiply them with the scale, which the few weights may take instead ({@link #scale}).
 * Who adds floats up keeps the sums as much larger ({@link #enlarge}).
 *
 * <p>Registers, the last there are: the floats, two or four; the scale; work, where a weight may lie later. Before them, as far as there
 * is room, constants.
 */
public final class TileFloats {

    /** Columns of a block. */
    static final int COLUMNS = 32;

    /** What keys or values consist of; the scales of blocks are F32, one for 32 columns. */
    public enum Kind {
        Q4_0(16, true),
        Q8_0(32, true),
        F16(64, false),
        F32(128, false);

        /** What tiles consist of. */
        public static final List<Kind> OF_TILES = List.of(Q4_0, Q8_0);

        private final int blockBytes;
        private final boolean scaled;

        Kind(int blockBytes, boolean scaled) {
            this.blockBytes = blockBytes;
            this.scaled = scaled;
        }

        /** Bytes of 32 columns. */
        public int blockBytes() {
            return blockBytes;
        }

        public boolean scaled() {
            return scaled;
        }
    }

    private static final int HALF = COLUMNS / 2;
    /** What a nibble stands for is so much less than it. */
    private static final int OFFSET = 8;

    /** Places of bytes in lanes: to the top, and nothing below. */
    private static final int TOP = 24;

    private static final int NOTHING_BELOW = 0x80_8080;

    // Constants of nibbles, behind two orders of bytes.
    private static final int MASK = 2;
    private static final int FLIP = 3;

    private final Assembler a;
    private final Kind kind;
    private final Width width;
    private final int count;
    private final int taken;
    private final Vec scale;
    private final Vec work;
    private final int[][] constants;
    private final Label[] places;
    private final Label larger;
    private final Label smaller;

    /**
     * With nothing emitted.
     *
     * @param columns at a time: 32, or 16 to take fewer registers
     * @param taken registers that the caller uses: the first so many
     */
    TileFloats(Assembler a, Kind kind, Width width, int columns, int taken) {
        this.a = a;
        this.kind = kind;
        this.width = width;
        this.taken = taken;
        count = columns / width.lanes();
        scale = width.of(width.registers() - 2);
        work = width.of(width.registers() - 1);
        constants = kind.scaled ? constants(kind, width) : new int[0][];
        places = Arrays.stream(constants).map(constant -> a.label()).toArray(Label[]::new);
        larger = a.label();
        smaller = a.label();
    }

    private static int[][] constants(Kind kind, Width width) {
        if (width == Width.ZMM) {
            int[] table = IntStream.range(0, width.lanes())
                    .map(n -> Float.floatToRawIntBits(n - OFFSET))
                    .toArray();
            return kind == Kind.Q4_0 ? new int[][] {table} : new int[0][];
        }
        int[] first = new int[width.lanes()];
        int[] second = new int[width.lanes()];
        int[] mask = new int[width.lanes()];
        int[] flip = new int[width.lanes()];
        for (int lane = 0; lane < width.lanes(); lane++) {
            first[lane] = lane << TOP | NOTHING_BELOW;
            second[lane] = (width.lanes() + lane) << TOP | NOTHING_BELOW;
            mask[lane] = 0xF000_0000;
            flip[lane] = 0x8888_8888;
        }
        return kind == Kind.Q4_0 ? new int[][] {first, second, mask, flip} : new int[][] {first, second};
    }

    /** Registers of floats. */
    int count() {
        return count;
    }

    /** A register of floats. */
    Vec floats(int i) {
        return width.of(scale.number() - count + i);
    }

    /** The block's scale in all lanes, until floats are multiplied with it. */
    Vec scale() {
        return scale;
    }

    /** A register that is free while the floats are used. */
    Vec weight() {
        return work;
    }

    private boolean inRegister(int constant) {
        return taken + constant < floats(0).number();
    }

    private Rm constant(int index) {
        return inRegister(index) ? width.of(taken + index) : Mem.at(places[index]);
    }

    /** Loads the constants. */
    void load() {
        for (int i = 0; i < constants.length; i++) {
            if (inRegister(i)) {
                a.emit(VMOVUPS, width.of(taken + i), Mem.at(places[i]));
            }
        }
    }

    /** How much larger floats are than what they stand for. */
    private float unit() {
        return width == Width.ZMM || !kind.scaled ? 1 : kind == Kind.Q4_0 ? 0x1p28f : 0x1p24f;
    }

    /** Makes a register as much larger as floats are. */
    void enlarge(Vec v) {
        if (unit() != 1) {
            a.emit(VMULPS, v, v, Mem.at(larger));
        }
    }

    /** Takes that back. */
    void reduce(Vec v) {
        if (unit() != 1) {
            a.emit(VMULPS, v, v, Mem.at(smaller));
        }
    }

    /**
     * The columns of a block as floats; see {@link #needsScale}.
     *
     * @param from where the block lies
     * @param half which 16 of its columns, where only 16 are read; else 0
     */
    void emit(Mem from, Mem scaleFrom, int half) {
        if (kind.scaled) {
            a.emit(VBROADCASTSS, scale, scaleFrom);
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
                default -> bytes(i, place);
            }
        }
        if (kind == Kind.Q8_0) {
            convert();
        }
    }

    /** Whether floats are still to be multiplied with the block's scale, or what they are multiplied with. */
    boolean needsScale() {
        return kind.scaled && (kind != Kind.Q4_0 || width != Width.ZMM);
    }

    /** Multiplies the floats with the block's scale, where they need that. */
    void multiply() {
        for (int i = 0; needsScale() && i < count; i++) {
            a.emit(VMULPS, floats(i), floats(i), scale);
        }
    }

    /** Nibbles pick from the scaled table. */
    private void picked(Mem from) {
        a.emit(VPMOVZXBD, work, from);
        a.emit(VMULPS, scale, scale, constant(0));
        a.emit(VPERMD, floats(0), work, scale);
        a.emit(VPSRLD, work, work, 4);
        a.emit(VPERMD, floats(1), work, scale);
    }

    /** A register of bytes as integers. */
    private void bytes(int i, Mem place) {
        if (width == Width.ZMM) {
            a.emit(VPMOVSXBD, floats(i), place);
            return;
        }
        if (i % 2 == 0) {
            a.emit(VBROADCASTI128, work, place);
        }
        a.emit(VPSHUFB, floats(i), work, constant(i % 2));
    }

    /** Nibbles of both halves or of one. */
    private void nibbles(Mem from, int half) {
        int registers = HALF / width.lanes();
        boolean both = count > registers;
        a.emit(VBROADCASTI128, work, from);
        a.emit(VPXOR, work, work, constant(FLIP));
        for (int i = 0; i < registers; i++) {
            Vec high = floats(both ? registers + i : i);
            a.emit(VPSHUFB, high, work, constant(i));
            if (both || half == 0) {
                a.emit(VPSLLD, floats(i), high, 4);
            }
            if (both || half == 1) {
                a.emit(VPAND, high, high, constant(MASK));
            }
        }
        convert();
    }

    /** Integers become floats. */
    private void convert() {
        for (int i = 0; i < count; i++) {
            a.emit(VCVTDQ2PS, floats(i), floats(i));
        }
    }

    /** The constants' bytes, behind the code. */
    void data() {
        a.alignData(width.bytes());
        for (int i = 0; i < constants.length; i++) {
            a.bind(places[i]);
            Arrays.stream(constants[i]).forEach(a::word);
        }
        fill(larger, unit());
        fill(smaller, 1 / unit());
    }

    private void fill(Label label, float value) {
        a.bind(label);
        for (int lane = 0; lane < width.lanes(); lane++) {
            a.word(Float.floatToRawIntBits(value));
        }
    }
}
