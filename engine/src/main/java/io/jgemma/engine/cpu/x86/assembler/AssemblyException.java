package io.jgemma.engine.cpu.x86.assembler;

/** An instruction that does not exist in the form asked for: a mistake in a kernel's text, never in a user's input. */
public final class AssemblyException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public AssemblyException(String message) {
        super(message);
    }
}
