package io.jgemma.engine.cpu.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** One worker's private working memory. It grows to what was asked for once and then stays. */
public final class Scratch implements AutoCloseable {

    private static final long ALIGNMENT_BYTES = 64;

    /** What a region holds; each purpose has memory of its own. */
    public enum Use {
        ACTIVATIONS,
        WEIGHTS,
        QUERIES,
        KEYS,
        MEAN,
        MEAN_SCORES,
        VALUES,
        PADDED_VALUES,
        SCORES,
        OUTPUTS,
        STATE,
        SUMS,
        ROW,
        SCALES
    }

    private final Map<Use, Region> regions = new EnumMap<>(Use.class);
    private final Operand[] views = {new Operand(), new Operand(), new Operand(), new Operand()};
    private final Arguments arguments = new Arguments();
    private float[] decoded = {};

    public Scratch() {
        for (Use use : Use.values()) {
            regions.put(use, new Region());
        }
    }

    /** F32 rows without gaps, content undefined. The operand is the same object each time for a use. */
    public Operand rows(Use use, int rows, int columns) {
        Region region = Objects.requireNonNull(regions.get(use));
        long strideBytes = (long) columns * Float.BYTES;
        region.grow(rows * strideBytes);
        return region.operand.set(region.memory, 0, strideBytes, rows, columns);
    }

    /** One of four operands to point anywhere; whoever calls a kernel must expect views 0 and 1 to change. */
    public Operand view(int index) {
        return views[index];
    }

    /** The arguments of the next call; always the same object. */
    public Arguments arguments() {
        return arguments;
    }

    /** A heap array of at least {@code count} floats for decoders that have no faster way. */
    public float[] decoded(int count) {
        if (decoded.length < count) {
            decoded = new float[count];
        }
        return decoded;
    }

    @Override
    public void close() {
        regions.values().forEach(Region::close);
    }

    private static final class Region {
        private final Operand operand = new Operand();
        private Arena arena = Arena.ofShared();
        private MemorySegment memory = MemorySegment.NULL;

        void grow(long bytes) {
            if (memory.byteSize() < bytes) {
                arena.close();
                arena = Arena.ofShared();
                memory = arena.allocate(bytes, ALIGNMENT_BYTES);
            }
        }

        void close() {
            if (arena.scope().isAlive()) {
                arena.close();
            }
        }
    }
}
