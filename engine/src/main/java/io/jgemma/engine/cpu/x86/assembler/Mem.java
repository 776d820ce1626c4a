package io.jgemma.engine.cpu.x86.assembler;

import org.jspecify.annotations.Nullable;

/**
 * Memory at {@code base + index * scale + displacement}, or at a label.
 *
 * @param base null where {@code label} is given
 * @param index any register but RSP; null for none
 * @param scale 1, 2, 4 or 8
 * @param label an address in the code itself, reached relative to the instruction; then there is no register
 */
public record Mem(
        @Nullable Gp base,
        @Nullable Gp index,
        int scale,
        int displacement,
        @Nullable Label label) implements Rm {

    public Mem {
        if ((base == null) == (label == null)) {
            throw new AssemblyException("memory is addressed by a base register or by a label");
        }
        if (index == Gp.RSP || (index != null && label != null)) {
            throw new AssemblyException(index + " cannot be an index here");
        }
        if (scale != 1 && scale != 2 && scale != 4 && scale != 8) {
            throw new AssemblyException("an index is scaled by 1, 2, 4 or 8, not by " + scale);
        }
    }

    public static Mem at(Gp base) {
        return new Mem(base, null, 1, 0, null);
    }

    public static Mem at(Gp base, long displacement) {
        return new Mem(base, null, 1, checked(displacement), null);
    }

    public static Mem at(Gp base, Gp index, int scale, long displacement) {
        return new Mem(base, index, scale, checked(displacement), null);
    }

    public static Mem at(Label label) {
        return new Mem(null, null, 1, 0, label);
    }

    /** The memory {@code bytes} further on. */
    public Mem plus(long bytes) {
        return new Mem(base, index, scale, checked(displacement + bytes), label);
    }

    private static int checked(long displacement) {
        if (displacement != (int) displacement) {
            throw new AssemblyException("a displacement has 32 bits, which " + displacement + " does not fit");
        }
        return (int) displacement;
    }
}
