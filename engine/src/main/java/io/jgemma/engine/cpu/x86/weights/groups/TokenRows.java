package io.jgemma.engine.cpu.x86.weights.groups;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Gp;
import io.jgemma.engine.cpu.x86.assembler.Mem;
import java.util.Arrays;

/**
 * Emits addresses in rows of activations that lie at equal distances, at most 9 of them: one register holds the distance, and every third row has a
 * register of its own, from which an index reaches the two behind it.
 */
final class TokenRows {

    private static final int STEP = 3;

    private final Assembler a;
    private final Gp distance;
    private final Gp[] bases;

    /**
     * So many rows.
     *
     * @param distance holds the bytes from row to row
     * @param bases of which as many are used as there are rows for; they must not be RSP
     */
    TokenRows(Assembler a, int rows, Gp distance, Gp... bases) {
        this.a = a;
        this.distance = distance;
        this.bases = Arrays.copyOf(bases, Math.ceilDiv(rows, STEP));
    }

    /** Begins at an address that stands in memory. */
    void load(Mem first) {
        a.mov(bases[0], first);
        for (int i = 1; i < bases.length; i++) {
            a.lea(bases[i], Mem.at(bases[i - 1], distance, 2, 0)).add(bases[i], distance);
        }
    }

    /** Goes on by so many bytes. */
    void advance(int bytes) {
        for (Gp base : bases) {
            a.add(base, bytes);
        }
    }

    /** The memory of row {@code row}, so many bytes on. */
    Mem at(int row, long bytes) {
        Gp base = bases[row / STEP];
        int behind = row % STEP;
        return behind == 0 ? Mem.at(base, bytes) : Mem.at(base, distance, behind, bytes);
    }
}
