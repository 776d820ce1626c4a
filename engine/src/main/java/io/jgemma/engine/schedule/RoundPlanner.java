package io.jgemma.engine.schedule;

import io.jgemma.engine.nn.InputRows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Chooses the rows of a step: first those of answers, so that every stream moves in every step, then slices of prompts, which
 * share what the step's time has left. Guarded by the scheduler's lock.
 */
final class RoundPlanner {

    /** Rows that an answer may have in a step: its newest token, tokens that are certain, and guesses. */
    private static final int ANSWER_ROWS = 32;

    private final int maxRows;
    private final int guesses;
    private final StepBudget time;
    private final KvBudget memory;
    private final BiConsumer<Lane, InputRows.Block> prepare;
    private long tick;

    /**
     * A planner.
     *
     * @param prepare begins to make the embeddings of a block, which the lane waits for without holding up others
     */
    RoundPlanner(
            int maxRows, int guesses, StepBudget time, KvBudget memory, BiConsumer<Lane, InputRows.Block> prepare) {
        this.maxRows = maxRows;
        this.guesses = guesses;
        this.time = time;
        this.memory = memory;
        this.prepare = prepare;
    }

    /** What a step is made of. */
    record Round(List<Slice> slices, int answerRows, int promptRows) {}

    /**
     * Plans a step and reserves its memory.
     *
     * @param running the tasks that run, oldest first; changed by {@code suspend}
     * @param suspend takes a task's memory away; it is computed again later
     */
    Round plan(List<Lane> running, Consumer<Lane> suspend) {
        List<Slice> slices = new ArrayList<>();
        int answerRows = 0;
        for (Lane lane : turn(running, false, maxRows)) {
            if (lane.running() && makeRoom(lane, running, suspend)) {
                try {
                    Slice slice = answerSlice(lane, maxRows - answerRows);
                    slices.add(slice);
                    answerRows += slice.rows();
                } catch (RuntimeException | Error e) {
                    // A device may have less memory than was planned with: that ends this task alone.
                    lane.fail(e);
                }
            }
        }
        int left = maxRows - answerRows;
        int promptRows = answerRows == 0 ? left : Math.min(left, time.promptRows());
        promptRows = addPrompts(
                slices,
                turn(running, true, Math.max(1, promptRows / Math.min(StepBudget.LEAST_ROWS, maxRows))),
                promptRows);
        slices.sort(Comparator.comparing((Slice slice) -> slice.lane().task().wantsHidden())
                .thenComparingLong(slice -> slice.lane().order()));
        return new Round(slices, answerRows, promptRows);
    }

    /** The tasks whose turn it is, those first that have waited longest, in order of age. */
    private List<Lane> turn(List<Lane> running, boolean reading, int most) {
        return running.stream()
                .filter(lane -> lane.reading() == reading && lane.remaining() > 0 && !lane.preparing())
                .sorted(Comparator.comparingLong(Lane::servedAt))
                .limit(most)
                .sorted(Comparator.comparingLong(Lane::order))
                .toList();
    }

    /** Finds memory for a row of an answer; the newest tasks give theirs back for it. */
    private boolean makeRoom(Lane lane, List<Lane> running, Consumer<Lane> suspend) {
        while (!memory.makeFree(lane.sequence().bytesToReserve(1))) {
            Lane newest = running.getLast();
            suspend.accept(newest);
            if (newest == lane) {
                return false;
            }
        }
        return true;
    }

    private Slice answerSlice(Lane lane, int mostRows) {
        int from = lane.computed();
        TokenList ids = lane.ids();
        int known = Math.min(Math.min(lane.remaining(), ANSWER_ROWS), mostRows);
        int[] guessed = {};
        if (known == lane.remaining() && guesses > 0 && mostRows > known) {
            guessed = lane.task().propose(lane.sequence().exactGuesses(known, Math.min(guesses, mostRows - known)));
        }
        while (known + guessed.length > 1 && !memory.reserve(lane.sequence(), known + guessed.length)) {
            guessed = new int[0];
            known = 1;
        }
        lane.sequence().reserve(known + guessed.length);
        int[] rows = new int[known + guessed.length];
        System.arraycopy(ids.slice(from, from + known), 0, rows, 0, known);
        System.arraycopy(guessed, 0, rows, known, guessed.length);
        lane.servedAt(++tick);
        return new Slice(lane, from, rows, guessed.length);
    }

    private static int used(List<Slice> slices) {
        return slices.stream().mapToInt(Slice::rows).sum();
    }

    /** Adds slices of prompts, which share {@code budget} rows evenly, and says how many there are. */
    private int addPrompts(List<Slice> slices, List<Lane> lanes, int budget) {
        int left = budget;
        for (int i = 0; i < lanes.size() && left > 0; i++) {
            Lane lane = lanes.get(i);
            int share = Math.min(left, Math.max(StepBudget.LEAST_ROWS, left / (lanes.size() - i)));
            int rows = reserve(lane, share);
            if (rows > 0 && rows <= maxRows - used(slices)) {
                int from = lane.computed();
                slices.add(new Slice(lane, from, lane.ids().slice(from, from + rows), 0));
                lane.servedAt(++tick);
                left -= rows;
            }
        }
        return budget - left;
    }

    /** Makes room for at most so many rows of a prompt, and says for how many there is; a task whose device fails fails. */
    private int reserve(Lane lane, int most) {
        int rows = lane.sliceEnd(most) - lane.computed();
        try {
            Optional<InputRows.Block> block = lane.missing(lane.computed() + rows);
            if (block.isPresent()) {
                prepare.accept(lane, block.get());
                return 0;
            }
            while (rows > 0 && !memory.reserve(lane.sequence(), rows)) {
                int fewer = rows == 1 ? 0 : lane.sliceEnd(rows / 2) - lane.computed();
                rows = fewer < rows ? fewer : 0;
            }
            return rows;
        } catch (RuntimeException | Error e) {
            lane.fail(e);
            return 0;
        }
    }
}
