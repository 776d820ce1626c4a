package io.jgemma.engine.schedule;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.model.Decoder;
import io.jgemma.engine.nn.EmbeddedRows;
import io.jgemma.engine.nn.InputRows;
import io.jgemma.engine.nn.OutputHead;
import io.jgemma.engine.nn.Step;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs one step: slices of several lanes go through the model together, and every task is fed its logits. */
final class StepRunner {

    private final Decoder decoder;
    private final Backend backend;

    StepRunner(Decoder decoder, Backend backend) {
        this.decoder = decoder;
        this.backend = backend;
    }

    /** A row whose logits or hidden states are wanted. */
    private record Wanted(Slice slice, int index) {}

    /** Wanted rows of one slice that follow each other: they are judged in order, by one worker. */
    private static final class Group {
        private final Slice slice;
        private final List<Wanted> rows = new ArrayList<>();
        private final int first;
        private int fed;

        Group(Slice slice, int first) {
            this.slice = slice;
            this.first = first;
        }
    }

    /**
     * Runs a step. A task that fails on its logits fails alone; what is thrown here concerns all.
     *
     * @param slices those whose tasks want hidden states last; room is reserved for all
     */
    void run(List<Slice> slices) {
        List<Wanted> logits = new ArrayList<>();
        List<Wanted> hidden = new ArrayList<>();
        decoder.forward(step(slices, logits, hidden));
        for (Slice slice : slices) {
            slice.lane().sequence().advance(slice.rows());
        }
        for (int first = 0; first < logits.size(); first += OutputHead.MAX_ROWS) {
            int end = Math.min(first + OutputHead.MAX_ROWS, logits.size());
            feed(logits.subList(first, end), decoder.logits(first, end - first));
        }
        if (!hidden.isEmpty()) {
            feedHidden(hidden, logits.size());
        }
        slices.forEach(StepRunner::settle);
    }

    private static Step step(List<Slice> slices, List<Wanted> logits, List<Wanted> hidden) {
        int rows = slices.stream().mapToInt(Slice::rows).sum();
        int[] tokens = new int[rows];
        int[] positions = new int[rows];
        int[] wantedRows = new int[rows];
        int count = 0;
        List<KvSpan> spans = new ArrayList<>(slices.size());
        List<EmbeddedRows> embedded = new ArrayList<>(0);
        int row = 0;
        for (Slice slice : slices) {
            InputRows input = slice.lane().task().input();
            spans.add(new KvSpan(
                    row,
                    slice.rows(),
                    slice.from(),
                    slice.lane().sequence().tables(),
                    input.visibleEnds(slice.from(), slice.end(), slice.from())));
            for (EmbeddedRows block : input.embedded(slice.from(), slice.end(), slice.lane()::embeddings)) {
                embedded.add(new EmbeddedRows(row + block.firstRow(), block.values()));
            }
            List<Wanted> kind = slice.lane().task().wantsHidden() ? hidden : logits;
            for (int i = 0; i < slice.rows(); i++, row++) {
                tokens[row] = slice.ids()[i];
                positions[row] = slice.from() + i;
                if (slice.wanted(slice.from() + i)) {
                    wantedRows[count++] = row;
                    kind.add(new Wanted(slice, slice.from() + i));
                }
            }
        }
        return new Step(tokens, positions, spans, Arrays.copyOf(wantedRows, count), embedded);
    }

    private void feed(List<Wanted> rows, Tensor logits) {
        List<Group> groups = groups(rows);
        int most = 0;
        boolean all = false;
        for (Group group : groups) {
            int k = group.slice.lane().task().greatest();
            most = Math.max(most, k);
            all |= k == 0;
        }
        Tensor greatest = most > 0 ? decoder.greatest(logits, most) : null;
        MemorySegment best = greatest == null ? null : backend.read(greatest);
        MemorySegment values = all ? backend.read(logits) : null;
        long bestBytes = greatest == null ? 0 : greatest.rowBytes();
        backend.parallel(groups.size(), i -> feed(groups.get(i), best, bestBytes, values, logits.rowBytes()));
        MemorySegment late = null;
        for (Group group : groups) {
            if (group.fed < group.rows.size()) {
                late = late == null ? backend.read(logits) : late;
                feed(group, null, 0, late, logits.rowBytes());
            }
        }
    }

    private static List<Group> groups(List<Wanted> rows) {
        List<Group> groups = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            Wanted row = rows.get(i);
            if (groups.isEmpty() || groups.getLast().slice != row.slice()) {
                groups.add(new Group(row.slice(), i));
            }
            groups.getLast().rows.add(row);
        }
        return groups;
    }

    /** Feeds rows until one needs all logits and they are not there. */
    private static void feed(
            Group group,
            @Nullable MemorySegment greatest,
            long greatestBytes,
            @Nullable MemorySegment all,
            long rowBytes) {
        Lane lane = group.slice.lane();
        Task task = lane.task();
        try {
            while (group.fed < group.rows.size()) {
                int index = group.rows.get(group.fed).index();
                if (lane.done() || !group.slice.holds(index)) {
                    group.fed = group.rows.size();
                    return;
                }
                int row = group.first + group.fed;
                int k = task.greatest();
                boolean enough = greatest != null
                        && k > 0
                        && task.acceptGreatest(index, greatest.asSlice(row * greatestBytes, 2L * k * Float.BYTES));
                if (!enough) {
                    if (all == null) {
                        return;
                    }
                    task.accept(index, all.asSlice(row * rowBytes, rowBytes));
                }
                group.fed++;
            }
        } catch (RuntimeException | Error e) {
            lane.fail(e);
            group.fed = group.rows.size();
        }
    }

    private void feedHidden(List<Wanted> rows, int firstRow) {
        Tensor hidden = decoder.hidden();
        MemorySegment values = backend.read(hidden);
        long bytes = hidden.rowBytes();
        for (int i = 0; i < rows.size(); i++) {
            Lane lane = rows.get(i).slice().lane();
            try {
                lane.task().accept(rows.get(i).index(), values.asSlice((firstRow + i) * bytes, bytes));
            } catch (RuntimeException | Error e) {
                lane.fail(e);
            }
        }
    }

    /** Forgets guesses that proved wrong. */
    private static void settle(Slice slice) {
        if (slice.guesses() > 0) {
            int held = slice.held();
            slice.lane().sequence().rewind(slice.from() + held);
            slice.lane().task().judged(slice.guesses(), Math.max(0, held - (slice.rows() - slice.guesses())));
        }
    }
}
