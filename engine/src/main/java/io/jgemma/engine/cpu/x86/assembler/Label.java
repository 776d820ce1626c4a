package io.jgemma.engine.cpu.x86.assembler;

/** A place in the code, named before or after it is reached. It belongs to the assembler that made it. */
public final class Label {

    private static final int UNBOUND = -1;

    private int position = UNBOUND;

    Label() {}

    public boolean isBound() {
        return position != UNBOUND;
    }

    /** Bytes from the start of the code. */
    public int position() {
        if (!isBound()) {
            throw new AssemblyException("a label is used that stands nowhere");
        }
        return position;
    }

    public void bind(int at) {
        if (isBound()) {
            throw new AssemblyException("a label stands at " + position + " and cannot stand at " + at + " too");
        }
        position = at;
    }
}
