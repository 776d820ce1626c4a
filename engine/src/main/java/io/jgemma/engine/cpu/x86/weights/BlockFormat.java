package io.jgemma.engine.cpu.x86.weights;

import static io.jgemma.engine.cpu.x86.assembler.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPAND;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPBROADCASTW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPCMPEQW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMOVSXBW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPMOVZXBW;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPOR;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSRLW;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Label;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import io.jgemma.engine.cpu.x86.assembler.Vec;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.util.List;

/**
 * The types of weights in blocks of 32 that the integer kernels read where the file is mapped. An element is
 * {@code d (code + offset) + m}; {@code d} is the F16 in a block's first two bytes, {@code m}, where there is one, the F16
 * after it. Then come the codes: 32 signed bytes, or 16 bytes whose low nibbles are elements 0 to 15 and whose high nibbles
 * are 16 to 31, in some types after 4 bytes that hold a fifth bit for each.
 */
public final class BlockFormat {

    /** Elements of a block. */
    public static final int SIZE = 32;

    private static final int MINIMUM_AT = 2;
    private static final int FIFTH_BIT = 16;

    private enum Codes {
        BYTES,
        NIBBLES,
        NIBBLES_AND_FIFTH_BITS
    }

    private final QuantType type;
    private final Codes codes;
    private final int offset;
    private final boolean minimum;

    private BlockFormat(QuantType type, Codes codes, int offset, boolean minimum) {
        this.type = type;
        this.codes = codes;
        this.offset = offset;
        this.minimum = minimum;
    }

    public static List<BlockFormat> all() {
        return List.of(
                new BlockFormat(QuantTypes.Q4_0, Codes.NIBBLES, -8, false),
                new BlockFormat(QuantTypes.Q4_1, Codes.NIBBLES, 0, true),
                new BlockFormat(QuantTypes.Q5_0, Codes.NIBBLES_AND_FIFTH_BITS, -16, false),
                new BlockFormat(QuantTypes.Q5_1, Codes.NIBBLES_AND_FIFTH_BITS, 0, true),
                new BlockFormat(QuantTypes.Q8_0, Codes.BYTES, 0, false));
    }

    public QuantType type() {
        return type;
    }

    public String name() {
        return type.name();
    }

    public int blockBytes() {
        return type.blockBytes();
    }

    /** What is added to each code. */
    public int offset() {
        return offset;
    }

    /** What is added to each code where codes are unsigned bytes, signed ones with 128 added. */
    public int unsignedOffset() {
        return hasNibbles() ? offset : -128;
    }

    /** Whether blocks have an F16 that is added to each element; it follows the scale. */
    public boolean hasMinimum() {
        return minimum;
    }

    /** Whether codes are nibbles, perhaps with fifth bits, and not bytes. */
    public boolean hasNibbles() {
        return codes != Codes.BYTES;
    }

    /** Whether four bytes before the nibbles hold a fifth bit for each. */
    public boolean hasFifthBits() {
        return codes == Codes.NIBBLES_AND_FIFTH_BITS;
    }

    /** The minimum of a block. */
    public static Mem minimumOf(Mem block) {
        return block.plus(MINIMUM_AT);
    }

    /** Where {@link #codes} works: results in {@code low} and {@code high}, constants in {@code mask}, any content in {@code work}. */
    public record Registers(Vec low, Vec high, Vec mask, Vec work) {}

    /** Emits the codes of one block as 16-bit integers: elements 0 to 15 in {@code low}, 16 to 31 in {@code high}. */
    public void codes(Assembler a, Mem block, Registers v, Pool pool) {
        Mem at = block.plus(minimum ? 4 : 2);
        switch (codes) {
            case BYTES -> {
                a.emit(VPMOVSXBW, v.low, at);
                a.emit(VPMOVSXBW, v.high, at.plus(16));
            }
            case NIBBLES -> nibbles(a, at, v);
            case NIBBLES_AND_FIFTH_BITS -> {
                nibbles(a, at.plus(4), v);
                fifthBits(a, at, v.low, v.work, pool);
                fifthBits(a, at.plus(2), v.high, v.work, pool);
            }
        }
    }

    private static void nibbles(Assembler a, Mem at, Registers v) {
        a.emit(VPMOVZXBW, v.low, at);
        a.emit(VPSRLW, v.high, v.low, 4);
        a.emit(VPAND, v.low, v.low, v.mask);
    }

    /** Adds 16 where the bit of an element is set: bit {@code j} of two bytes for element {@code j} of 16. */
    private static void fifthBits(Assembler a, Mem bits, Vec target, Vec work, Pool pool) {
        a.emit(VPBROADCASTW, work, bits);
        a.emit(VPAND, work, work, Mem.at(pool.bits));
        a.emit(VPCMPEQW, work, work, Mem.at(pool.bits));
        a.emit(VPAND, work, work, Mem.at(pool.fifth));
        a.emit(VPOR, target, target, work);
    }

    /** Constants that lie behind a routine's code. */
    public static final class Pool {
        private final Assembler a;
        private final Label mask;
        private final Label bits;
        private final Label fifth;

        public Pool(Assembler a) {
            this.a = a;
            mask = a.label();
            bits = a.label();
            fifth = a.label();
        }

        /** Emits the load of the mask that {@link BlockFormat#codes} wants. */
        public void loadMask(Vec target) {
            a.emit(VBROADCASTSS, target, Mem.at(mask));
        }

        /** Emits the constants; call it behind the routine's return. */
        public void emit() {
            a.alignData(32).bind(bits);
            for (int j = 0; j < 16; j++) {
                word(1 << j);
            }
            a.bind(fifth);
            for (int j = 0; j < 16; j++) {
                word(FIFTH_BIT);
            }
            a.bind(mask);
            word(15);
            word(15);
        }

        private void word(int value) {
            a.data((byte) value, (byte) (value >> 8));
        }
    }
}
