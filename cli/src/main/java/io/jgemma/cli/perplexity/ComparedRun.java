package io.jgemma.cli.perplexity;

import io.jgemma.cli.io.Console;
import io.jgemma.engine.Session;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Locale;

/** Feeds the same tokens to two sessions, a few rows at a time, and compares their logits. Not thread-safe. */
final class ComparedRun {
    private final Session base;
    private final Session tested;
    private final int rows;
    private final Console console;

    /**
     * A run.
     *
     * @param rows tokens fed before logits are compared
     */
    ComparedRun(Session base, Session tested, int rows, Console console) {
        this.base = base;
        this.tested = tested;
        this.rows = rows;
        this.console = console;
    }

    CacheComparison measure(Chunks chunks) {
        CacheComparison comparison = new CacheComparison();
        for (int i = 0; i < chunks.count(); i++) {
            int[] ids = chunks.ids(i);
            base.clear();
            tested.clear();
            for (int from = 0; from < ids.length; from += rows) {
                feed(chunks, ids, from, Math.min(from + rows, ids.length), comparison);
            }
            console.err()
                    .print(String.format(
                            Locale.ROOT, "[%d]%.4f,", i + 1, comparison.tested().perplexity()));
            console.err().flush();
        }
        console.err().println();
        return comparison;
    }

    private void feed(Chunks chunks, int[] ids, int from, int to, CacheComparison comparison) {
        int[] piece = Arrays.copyOfRange(ids, from, to);
        MemorySegment[] baseLogits = new MemorySegment[piece.length];
        // Logits are shown on the engine's threads.
        try (Arena arena = Arena.ofShared()) {
            base.evaluate(
                    piece,
                    index -> chunks.scored(from + index),
                    (index, logits) -> baseLogits[index] =
                            arena.allocate(logits.byteSize(), Float.BYTES).copyFrom(logits));
            tested.evaluate(
                    piece,
                    index -> chunks.scored(from + index),
                    (index, logits) -> comparison.add(baseLogits[index], logits, ids[from + index + 1]));
        }
    }
}
