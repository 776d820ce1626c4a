package io.jgemma.engine.schedule;

import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.kv.KvSequence;
import io.jgemma.engine.nn.InputRows;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A task on its way through the scheduler, with what its sequence holds. Guarded by the scheduler's lock. */
final class Lane {

    private final Task task;
    private final Holding holding;
    private final boolean owned;
    private final long order;
    private final NavigableSet<Integer> borders = new TreeSet<>();
    private int promptEnd;
    private int cached = -1;
    private boolean running;
    private long servedAt;
    private final long arrivedNanos = System.nanoTime();
    private @Nullable Lane leader;
    private int leaderTokens;
    private @Nullable Throwable failure;
    private final Map<InputRows.Block, MemorySegment> embeddings = new HashMap<>();
    private boolean preparing;

    /**
     * A task.
     *
     * @param owned whether the holding is somebody's who goes on with it when the task is over
     * @param order earlier tasks have smaller numbers
     */
    Lane(Task task, Holding holding, boolean owned, long order) {
        this.task = task;
        this.holding = holding;
        this.owned = owned;
        this.order = order;
    }

    Task task() {
        return task;
    }

    Holding holding() {
        return holding;
    }

    boolean owned() {
        return owned;
    }

    long order() {
        return order;
    }

    KvSequence sequence() {
        return holding.sequence();
    }

    TokenList ids() {
        return task.ids();
    }

    /** Rows that are computed. */
    int computed() {
        return sequence().length();
    }

    /** Rows that are known and not computed. */
    int remaining() {
        return ids().size() - computed();
    }

    /** Whether it reads its prompt, or what was computed once and given up. */
    boolean reading() {
        return computed() < promptEnd;
    }

    boolean running() {
        return running;
    }

    /** Whether it has run. */
    boolean begun() {
        return cached >= 0;
    }

    /** Whether a row belonged to what is read. */
    boolean readingAt(int index) {
        return index < promptEnd;
    }

    /** Time since it arrived. */
    long ageNanos() {
        return System.nanoTime() - arrivedNanos;
    }

    /** When it last had rows in a step. */
    long servedAt() {
        return servedAt;
    }

    void servedAt(long tick) {
        servedAt = tick;
    }

    /** It begins, or begins again, with so many rows in memory. */
    void start() {
        running = true;
        leader = null;
        promptEnd = ids().size();
        boolean first = cached < 0;
        if (first) {
            cached = computed();
            task.progressed(cached, cached);
        }
    }

    /** It gives its memory back and waits, or leaves. Whoever waits for its rows waits no longer. */
    void stop() {
        running = false;
    }

    /** Another task computes its first {@code tokens} ids at present. */
    void follow(Lane other, int tokens) {
        leader = other;
        leaderTokens = tokens;
    }

    /** Whether another task still computes what this one begins with. */
    boolean follows() {
        return leader != null && leader.running && leader.computed() < leaderTokens;
    }

    /** Lengths at which a copy is to be kept. */
    NavigableSet<Integer> borders() {
        return borders;
    }

    /**
     * End of a slice from {@link #computed} on that stops at the next border and cuts no block: a block is longer than
     * {@code mostRows} rather than cut. Slices end between tiles where they can: attention sums tile by tile, so a prompt
     * gives the same bits however it is cut.
     */
    int sliceEnd(int mostRows) {
        int from = computed();
        int end = Math.min(from + mostRows, ids().size());
        Integer border = borders.higher(from);
        if (border != null && border <= end) {
            end = border;
        } else if (end < ids().size() && end - end % KvLayout.TILE_TOKENS > from) {
            end -= end % KvLayout.TILE_TOKENS;
        }
        end = ids().wholeBlocks(end);
        if (end <= from) {
            end = from + 1;
            while (end < ids().size() && ids().wholeBlocks(end) < end) {
                end++;
            }
        }
        return end;
    }

    /** The first block of rows up to {@code end}, of those to compute, whose embeddings are not there. */
    Optional<InputRows.Block> missing(int end) {
        int computed = computed();
        embeddings.keySet().removeIf(block -> block.firstRow() < computed);
        return task.input().blocks().stream()
                .filter(block -> block.firstRow() >= computed && block.firstRow() < end)
                .filter(block -> !embeddings.containsKey(block))
                .findFirst();
    }

    /** Embeddings of its next rows are being made until {@link #prepared}. */
    void prepare() {
        preparing = true;
    }

    /** Whether embeddings of its next rows are being made, so that it can have no rows in a step. */
    boolean preparing() {
        return preparing;
    }

    /** Ends {@link #preparing}; null: they could not be made. */
    void prepared(InputRows.Block block, @Nullable MemorySegment values) {
        preparing = false;
        if (values != null) {
            embeddings.put(block, values);
        }
    }

    /** The embeddings of a block that is not {@link #missing}. */
    MemorySegment embeddings(InputRows.Block block) {
        return Objects.requireNonNull(embeddings.get(block));
    }

    /** Tells the task that rows were computed. */
    void tellProgress(int before) {
        if (before < promptEnd) {
            task.progressed(computed(), cached);
        }
    }

    void fail(Throwable why) {
        failure = why;
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Whether it is to leave. */
    boolean done() {
        return failure != null || task.over();
    }
}
