package io.jgemma.engine.cpu.x86.weights.groups;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Mem;

/**
 * Emits prefetches of the cache lines of weights that lie ahead of a unit, spread over the operations on it.
 *
 * <p>Where several rows of activations meet each block, the operations on one block fill the processor's window of instructions. It then sees the next
 * loads too late, and its own prefetching falls behind.
 */
final class LinesAhead {

    private static final int DISTANCE_BYTES = 4096;
    private static final int CACHE_LINE = 64;

    private final Assembler a;
    private final Gp unit;
    private final int unitBytes;

    LinesAhead(Assembler a, Gp unit, int unitBytes) {
        this.a = a;
        this.unit = unit;
        this.unitBytes = unitBytes;
    }

    /** The lines that belong to part {@code part} of so many parts of a unit. */
    void prefetch(int part, int parts) {
        int end = unitBytes * (part + 1) / parts;
        for (int at = Math.ceilDiv(unitBytes * part / parts, CACHE_LINE) * CACHE_LINE; at < end; at += CACHE_LINE) {
            a.prefetch(Mem.at(unit, DISTANCE_BYTES + (long) at));
        }
    }
}
