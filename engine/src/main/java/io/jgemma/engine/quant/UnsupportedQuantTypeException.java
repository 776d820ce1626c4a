package io.jgemma.engine.quant;

/** A tensor type that jgemma cannot decode; the message names it. */
public final class UnsupportedQuantTypeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int ggufId;

    UnsupportedQuantTypeException(int ggufId, String message) {
        super(message);
        this.ggufId = ggufId;
    }

    /** The type's number in a GGUF tensor table. */
    public int ggufId() {
        return ggufId;
    }
}
