package io.jgemma.engine.cpu.x86.assembler;

/**
 * A vector register.
 *
 * @param number 0 to 31; from 16 on with AVX-512 only
 * @param bits 128, 256 or 512
 */
public record Vec(int number, int bits) implements Rm {

    public Vec {
        if (number < 0 || number > 31 || (bits != 128 && bits != 256 && bits != 512)) {
            throw new AssemblyException("there is no vector register " + number + " of " + bits + " bits");
        }
    }

    public static Vec xmm(int number) {
        return new Vec(number, 128);
    }

    public static Vec ymm(int number) {
        return new Vec(number, 256);
    }

    public static Vec zmm(int number) {
        return new Vec(number, 512);
    }

    /** The low 128 bits of this register. */
    public Vec low() {
        return xmm(number);
    }

    /** The lower half of this register, which has 256 bits at least. */
    public Vec half() {
        return new Vec(number, bits / 2);
    }

    @Override
    public String toString() {
        return (bits == 128 ? "xmm" : bits == 256 ? "ymm" : "zmm") + number;
    }
}
