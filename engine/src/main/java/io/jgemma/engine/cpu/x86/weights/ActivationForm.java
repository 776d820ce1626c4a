package io.jgemma.engine.cpu.x86.weights;

/** As what activations are rounded that meet groups and panels, 32 with one scale. */
public enum ActivationForm {
    /** Bytes. */
    BYTES(1, ", 8 bits"),
    /** 16 bits: 32 high bytes, then 32 low ones. */
    PLANES(2, ", 16 bits"),
    /** 16 bits, of each four neighbours the first, third, second and fourth: pairs as shifting takes them out of four bytes of weights. */
    WORDS(2, ", words");

    private final int bytes;
    private final String title;

    ActivationForm(int bytes, String title) {
        this.bytes = bytes;
        this.title = title;
    }

    /** Bytes or planes of bytes, for integers of 8 or 16 bits. */
    public static ActivationForm ofBits(int bits) {
        return bits == Byte.SIZE ? BYTES : PLANES;
    }

    /** Bytes of an integer. */
    public int bytes() {
        return bytes;
    }

    /** What is added to the names of routines. */
    public String title() {
        return title;
    }
}
