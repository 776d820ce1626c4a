package io.jgemma.engine.cpu.x86.assembler;

import static io.jgemma.engine.cpu.x86.assembler.Op.VEXTRACTI128;
import static io.jgemma.engine.cpu.x86.assembler.Op.VPSHUFD;

/** Emits what combines the lanes of a register of 256 or 512 bits. */
public final class Lanes {

    private Lanes() {}

    /** Combines all lanes in lane 0; {@code work}, and with 512 bits {@code other}, change. */
    public static void fold(Assembler a, Op op, Vec v, Vec work, Vec other) {
        Vec low = v.low();
        Vec part = work.low();
        quarters(a, op, v, work, other);
        a.emit(VPSHUFD, part, low, 0b1110);
        a.emit(op, low, low, part);
        a.emit(VPSHUFD, part, low, 0b0001);
        a.emit(op, low, low, part);
    }

    /** Combines each 128 bits with the lowest, where the result is; {@code work}, and with 512 bits {@code other}, change. */
    public static void quarters(Assembler a, Op op, Vec v, Vec work, Vec other) {
        Vec sum = work.low();
        Vec part = other.low();
        a.emit(VEXTRACTI128, sum, v, 1);
        if (v.bits() == Width.ZMM.bits()) {
            for (int i = 2; i < 4; i++) {
                a.emit(VEXTRACTI128, part, v, i);
                a.emit(op, sum, sum, part);
            }
        }
        a.emit(op, v.low(), v.low(), sum);
    }
}
