package io.jgemma.engine.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One worker's private working memory. It grows to what was asked for once and then stays. */
public final class Scratch implements AutoCloseable {

    /** What a region holds; each purpose has memory of its own. */
    public enum Use {
        ACTIVATIONS,
        WEIGHTS,
        QUERIES,
        KEYS,
        VALUES,
        SCORES,
        OUTPUTS,
        STATE,
        ROW
    }

    private final Arena[] arenas = new Arena[Use.values().length];
    private final MemorySegment[] regions = new MemorySegment[Use.values().length];
    private final Operand[] operands = new Operand[Use.values().length];
    private final Operand[] views = {new Operand(), new Operand(), new Operand(), new Operand()};
    private float[] decoded = {};

    public Scratch() {
        for (int i = 0; i < regions.length; i++) {
            regions[i] = MemorySegment.NULL;
            operands[i] = new Operand();
        }
    }

    /** F32 rows without gaps, content undefined. The operand is the same object each time for a use. */
    public Operand rows(Use use, int rows, int columns) {
        long strideBytes = (long) columns * Float.BYTES;
        return operands[use.ordinal()].set(region(use, rows * strideBytes), 0, strideBytes, rows, columns);
    }

    /** One of four operands to point anywhere; whoever calls a kernel must expect views 0 and 1 to change. */
    public Operand view(int index) {
        return views[index];
    }

    /** A heap array of at least {@code count} floats for decoders that have no faster way. */
    public float[] decoded(int count) {
        if (decoded.length < count) {
            decoded = new float[count];
        }
        return decoded;
    }

    private MemorySegment region(Use use, long bytes) {
        int i = use.ordinal();
        if (regions[i].byteSize() < bytes) {
            if (arenas[i] != null) {
                arenas[i].close();
            }
            arenas[i] = Arena.ofShared();
            regions[i] = arenas[i].allocate(bytes, 64);
        }
        return regions[i];
    }

    @Override
    public void close() {
        for (int i = 0; i < arenas.length; i++) {
            if (arenas[i] != null) {
                arenas[i].close();
                arenas[i] = null;
                regions[i] = MemorySegment.NULL;
            }
        }
    }
}
