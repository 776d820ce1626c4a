package io.jgemma.engine.cpu.x86;

import static io.jgemma.engine.cpu.x86.Op.VBROADCASTSS;
import static io.jgemma.engine.cpu.x86.Op.VPAND;
import static io.jgemma.engine.cpu.x86.Op.VPMOVSXBW;
import static io.jgemma.engine.cpu.x86.Op.VPMOVZXBW;
import static io.jgemma.engine.cpu.x86.Op.VPSRLW;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.util.List;

/**
 * The types of weights in blocks of 32 that the integer kernels read where the file is mapped. An element is
 * {@code d (code + offset)}; {@code d} is the F16 in a block's first two bytes.
 */
abstract class BlockFormat {
    /** 16 bytes after the scale: low nibbles are elements 0 to 15, high nibbles 16 to 31; {@code d (code - 8)}. */
    static final BlockFormat Q4_0 = new BlockFormat(QuantTypes.Q4_0, -8) {
        @Override
        void codes(Assembler a, Mem block, Vec low, Vec high, Vec mask) {
            a.emit(VPMOVZXBW, low, block.plus(2));
            a.emit(VPSRLW, high, low, 4);
            a.emit(VPAND, low, low, mask);
        }
    };

    /** 32 signed bytes after the scale. */
    static final BlockFormat Q8_0 = new BlockFormat(QuantTypes.Q8_0, 0) {
        @Override
        void codes(Assembler a, Mem block, Vec low, Vec high, Vec mask) {
            a.emit(VPMOVSXBW, low, block.plus(2));
            a.emit(VPMOVSXBW, high, block.plus(18));
        }
    };

    /** Elements of a block. */
    static final int SIZE = 32;

    private final QuantType type;
    private final int offset;

    private BlockFormat(QuantType type, int offset) {
        this.type = type;
        this.offset = offset;
    }

    static List<BlockFormat> all() {
        return List.of(Q4_0, Q8_0);
    }

    QuantType type() {
        return type;
    }

    int blockBytes() {
        return type.blockBytes();
    }

    /** What is added to each code. */
    int offset() {
        return offset;
    }

    /**
     * Emits the codes of one block as 16-bit integers.
     *
     * @param low receives elements 0 to 15
     * @param high receives elements 16 to 31
     * @param mask holds what {@link #loadMask} put there
     */
    abstract void codes(Assembler a, Mem block, Vec low, Vec high, Vec mask);

    /** Emits the load of the constant that {@link #codes} wants: 15 in each 16 bits, from a pool at {@code constants}. */
    void loadMask(Assembler a, Vec mask, Label constants) {
        a.emit(VBROADCASTSS, mask, Mem.at(constants));
    }

    /** Emits the constant that {@link #loadMask} reads. */
    static void constants(Assembler a, Label constants) {
        a.alignData(4).bind(constants).data((byte) 15, (byte) 0, (byte) 15, (byte) 0);
    }
}
