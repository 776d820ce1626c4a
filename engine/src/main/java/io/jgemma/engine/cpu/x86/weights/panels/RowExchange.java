package io.jgemma.engine.cpu.x86.weights.panels;

import static io.jgemma.engine.cpu.x86.assembler.Vec.ymm;

import io.jgemma.engine.cpu.x86.assembler.Assembler;
import io.jgemma.engine.cpu.x86.assembler.Op;
import io.jgemma.engine.cpu.x86.assembler.Vec;

/**
 * Rows of elements in registers ymm0 and following, transposed by interleaving two at a time; each time the registers change names, so that a single
 * spare one will do.
 */
final class RowExchange {

    private final Assembler a;
    private final Vec[] rows;
    private Vec spare;

    /** With so many rows, and the spare register behind them. */
    RowExchange(Assembler assembler, int count) {
        a = assembler;
        rows = new Vec[count];
        for (int r = 0; r < count; r++) {
            rows[r] = ymm(r);
        }
        spare = ymm(count);
    }

    Vec row(int r) {
        return rows[r];
    }

    Vec spare() {
        return spare;
    }

    /** {@code rows[i], rows[i + distance] = low(both), high(both)} for all pairs at that distance. */
    void interleave(int distance, Op low, Op high) {
        for (int i = 0; i < rows.length; i++) {
            if ((i & distance) == 0) {
                exchange(i, i + distance, low, high);
            }
        }
    }

    private void exchange(int i, int j, Op low, Op high) {
        a.emit(low, spare, rows[i], rows[j]);
        a.emit(high, rows[i], rows[i], rows[j]);
        Vec free = rows[j];
        rows[j] = rows[i];
        rows[i] = spare;
        spare = free;
    }
}
