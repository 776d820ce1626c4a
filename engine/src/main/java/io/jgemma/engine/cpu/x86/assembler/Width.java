package io.jgemma.engine.cpu.x86.assembler;

/** How wide the registers are that a kernel is emitted for, and how many there are. */
public enum Width {
    /** ymm0 to ymm15, as VEX has them. */
    YMM(256, 16),
    /** zmm0 to zmm31. */
    ZMM(512, 32);

    private final int bits;
    private final int registers;

    Width(int bits, int registers) {
        this.bits = bits;
        this.registers = registers;
    }

    public int bits() {
        return bits;
    }

    public int bytes() {
        return bits / Byte.SIZE;
    }

    /** Floats in a register. */
    public int lanes() {
        return bits / Float.SIZE;
    }

    public int registers() {
        return registers;
    }

    /** A register of this width. */
    public Vec of(int number) {
        if (number >= registers) {
            throw new AssemblyException("there is no register " + number + " among " + registers);
        }
        return new Vec(number, bits);
    }
}
