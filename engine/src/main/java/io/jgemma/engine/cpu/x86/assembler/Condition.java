package io.jgemma.engine.cpu.x86.assembler;

/** When a conditional jump is taken, by the last comparison; the number is the condition's code. */
public enum Condition {
    BELOW(0x2),
    ABOVE_OR_EQUAL(0x3),
    EQUAL(0x4),
    NOT_EQUAL(0x5),
    LESS(0xC),
    GREATER_OR_EQUAL(0xD),
    LESS_OR_EQUAL(0xE),
    GREATER(0xF);

    private final int code;

    Condition(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }
}
