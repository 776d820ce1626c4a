package io.jgemma.engine.cpu.x86.assembler;

/** A general-purpose register of 64 bits, in the order in which the processor numbers them. */
public enum Gp implements Rm {
    RAX(0),
    RCX(1),
    RDX(2),
    RBX(3),
    RSP(4),
    RBP(5),
    RSI(6),
    RDI(7),
    R8(8),
    R9(9),
    R10(10),
    R11(11),
    R12(12),
    R13(13),
    R14(14),
    R15(15);

    private final int number;

    Gp(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
