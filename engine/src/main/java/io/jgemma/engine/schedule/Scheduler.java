package io.jgemma.engine.schedule;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.kv.KvPool;
import io.jgemma.engine.kv.KvSequence;
import io.jgemma.engine.model.Decoder;
import io.jgemma.engine.nn.InputRows;
import io.jgemma.engine.schedule.RoundPlanner.Round;
import io.jgemma.engine.thread.Threads;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Computes many sequences at once. One loop on one thread makes a step after the other; each step has rows of all tasks
 * that are running.
 *
 * <h2>Why one step for all</h2>
 *
 * <p>A pass through a model reads all its weights once, whether it has one row or thirty: for a single answer, reading them
 * is what takes the time. Rows of other sequences in the same pass are nearly free. So all tasks share every step
 * (continuous batching: Yu et al., 2022, Orca), and a task joins and leaves between any two steps.
 *
 * <h2>What goes into a step</h2>
 *
 * <p>First a row of every answer, so that each stream moves with each step; then slices of prompts (Agrawal et al., 2024,
 * Sarathi-Serve). Prompts are bound by arithmetic and would hold up the streams, so their slices are as long as the step's
 * time allows, which {@link StepBudget} learns; where no stream waits, they are as long as the buffers allow. Prompts share
 * the rows evenly. A new task is looked at before every step.
 *
 * <h2>Memory</h2>
 *
 * <p>K and V are limited. A task begins when its prompt fits beside what runs; for that, what is kept of earlier prompts is
 * given up first, then what idle sessions hold ({@link KvBudget}). Running answers grow. If they outgrow the memory, the
 * newest gives its pages back and waits; later it is computed again from its ids, and its sampler goes on where it was: its
 * stream pauses, its text does not change. The oldest always runs, and alone it fits, because what can never fit is refused before.
 * So nothing that runs fails for memory, and everything ends.
 *
 * <h2>What is computed once</h2>
 *
 * <p>When a task ends, its sequence is kept ({@link PrefixMemory}), and a new one begins with the longest beginning that is
 * held anywhere: kept, in a session, or in a task that runs. A task whose beginning is being computed at this moment by
 * another waits for it. Layers with a window forget what has left it, so there a sequence can be continued only where its
 * window is whole: copies are kept where messages end and where another task has branched off.
 *
 * <h2>Threads</h2>
 *
 * <p>Everything here is guarded by one fair lock, which the loop holds for a step. Whoever wants something of the sequences
 * takes the lock between two steps ({@link #exclusively}). Tasks are fed on the loop's thread and on the backend's.
 */
public final class Scheduler implements AutoCloseable {

    /**
     * What a scheduler keeps to.
     *
     * @param maxRows rows of a step
     * @param targetMillis how long a step with prompts may hold up answers
     * @param maxRunning tasks that may run at the same time
     * @param maxWaiting tasks that may wait
     * @param maxCachedBytes K and V of earlier prompts that may be kept
     * @param guesses how many guesses a task is asked for
     */
    public record Settings(
            int maxRows, int targetMillis, int maxRunning, int maxWaiting, long maxCachedBytes, int guesses) {}

    /** What becomes of a task that is handed over. */
    public enum Submission {
        /** It begins when it can. */
        TAKEN,
        /** Too many wait. */
        FULL,
        /** The scheduler is closed. */
        CLOSED
    }

    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition changed = lock.newCondition();
    private final KvPool pool;
    private final Settings settings;
    private final StepRunner runner;
    private final StepBudget time;
    private final PrefixMemory memory = new PrefixMemory();
    private final Set<Holding> holdings = Collections.newSetFromMap(new IdentityHashMap<>());
    private final KvBudget budget;
    private final Admission admission;
    private final RoundPlanner planner;
    private final Counters counters = new Counters();
    private final List<Lane> waiting = new ArrayList<>();
    private final List<Lane> running = new ArrayList<>();
    private long arrivals;
    private boolean closed;
    private boolean signalled;
    private @Nullable Thread thread;

    /** A scheduler of one decoder, whose logits come from {@code backend}. */
    public Scheduler(Decoder decoder, Backend backend, KvPool pool, Settings settings) {
        this.pool = pool;
        this.settings = settings;
        runner = new StepRunner(decoder, backend);
        time = new StepBudget(settings.targetMillis());
        budget = new KvBudget(pool, memory, holdings);
        admission = new Admission(pool, budget, memory, holdings);
        planner = new RoundPlanner(settings.maxRows(), settings.guesses(), time, budget, this::prepare);
    }

    /** Does something with sequences while no step runs. */
    public <T> T exclusively(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    /** The lock that {@link #exclusively} takes, for work that throws checked exceptions. */
    public ReentrantLock lock() {
        return lock;
    }

    /**
     * Gives up what is not needed until so many bytes of K and V are free.
     *
     * @return false when running tasks hold too much
     */
    public boolean makeFree(long bytes) {
        return exclusively(() -> budget.makeFree(bytes));
    }

    /** Something to remember a sequence in, which holds {@code sequence}; {@link #close(Holding)} closes it. */
    public Holding hold(KvSequence sequence, TokenList ids) {
        return exclusively(() -> {
            Holding holding = new Holding(sequence, ids);
            holding.usedAt(memory.tick());
            holdings.add(holding);
            return holding;
        });
    }

    /** Puts another sequence in a holding's place. */
    public void replace(Holding holding, KvSequence sequence, TokenList ids) {
        exclusively(() -> {
            holding.replace(sequence);
            holding.idsOfFile(ids);
            return null;
        });
    }

    /** Gives a holding's memory back. No task may have it. */
    public void close(Holding holding) {
        exclusively(() -> {
            holdings.remove(holding);
            holding.sequence().close();
            return null;
        });
    }

    /**
     * Takes a task; it begins when it can.
     *
     * @param session what it goes on from and leaves its sequence in; null for a task of its own
     * @return whether it was taken
     */
    public Submission submit(Task task, @Nullable Holding session) {
        lock.lock();
        try {
            if (closed) {
                return Submission.CLOSED;
            }
            if (waiting.size() >= settings.maxWaiting()) {
                return Submission.FULL;
            }
            Holding holding = session != null ? session : hold(pool.sequence(), new TokenList());
            holding.busy(true);
            waiting.add(new Lane(task, holding, session != null, ++arrivals));
            if (thread == null) {
                thread = Thread.ofPlatform().name("jgemma-scheduler").daemon().start(this::loop);
            }
            signal();
            return Submission.TAKEN;
        } finally {
            lock.unlock();
        }
    }

    /** A task may have become {@link Task#over}. */
    public void wake() {
        lock.lock();
        try {
            signal();
        } finally {
            lock.unlock();
        }
    }

    private void signal() {
        signalled = true;
        changed.signalAll();
    }

    private void loop() {
        while (true) {
            lock.lock();
            try {
                dismiss();
                if (closed && waiting.isEmpty() && running.isEmpty()) {
                    return;
                }
                advance();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Makes a step, or waits for an arrival. What fails outside of a task's own work ends all tasks, but not the loop. */
    private void advance() {
        try {
            admit();
            if (running.isEmpty()) {
                pause();
            } else {
                step();
            }
        } catch (RuntimeException | Error e) {
            running.forEach(lane -> lane.fail(e));
            waiting.forEach(lane -> lane.fail(e));
        }
    }

    /** Makes the embeddings of a block on a thread of its own: a picture takes seconds, in which the others go on. */
    private void prepare(Lane lane, InputRows.Block block) {
        lane.prepare();
        Thread.ofPlatform().name("jgemma-embeddings").daemon().start(() -> {
            MemorySegment values = null;
            Throwable failure = null;
            try {
                values = block.values().get();
            } catch (RuntimeException | Error e) {
                failure = e;
            }
            prepared(lane, block, values, failure);
        });
    }

    private void prepared(
            Lane lane, InputRows.Block block, @Nullable MemorySegment values, @Nullable Throwable failure) {
        lock.lock();
        try {
            lane.prepared(block, values);
            if (failure != null) {
                lane.fail(failure);
            }
            signal();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for an arrival, or for embeddings. Whoever waits already may be late one day, which is checked a few times per second. */
    private void pause() {
        long nanos = waiting.isEmpty() ? Long.MAX_VALUE : TimeUnit.MILLISECONDS.toNanos(100);
        signalled = false;
        try {
            while (!signalled && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            // The thread is the scheduler's own, and close() ends it: an interrupt is a signal like any other.
            signalled = true;
        }
    }

    /** Lets go of tasks that are over. */
    private void dismiss() {
        for (List<Lane> lanes : List.of(running, waiting)) {
            for (Lane lane : List.copyOf(lanes)) {
                if (lane.done()) {
                    lanes.remove(lane);
                    lane.stop();
                    leave(lane);
                }
            }
        }
    }

    private void leave(Lane lane) {
        Holding holding = lane.holding();
        int computed = lane.computed();
        if (lane.owned()) {
            if (lane.begun()) {
                TokenList ids = lane.ids();
                ids.truncate(computed);
                holding.ids(ids, lane.task().input().blocks());
            }
            holding.usedAt(memory.tick());
            holding.busy(false);
        } else {
            holdings.remove(holding);
            if (lane.failure() == null && lane.task().reusable() > 0) {
                memory.keep(lane.ids(), computed, holding.sequence());
                budget.trim(settings.maxCachedBytes());
            } else {
                holding.sequence().close();
            }
        }
        counters.tasks++;
        counters.taskNanos += lane.ageNanos();
        lane.task().left(lane.failure());
    }

    private void admit() {
        while (!waiting.isEmpty() && running.size() < settings.maxRunning()) {
            Lane next = null;
            for (Lane lane : waiting) {
                if (!lane.follows()) {
                    next = lane;
                    break;
                }
            }
            if (next == null || !begin(next)) {
                return;
            }
        }
    }

    /** Whether another may be looked at: one that follows another's rows lets those behind it pass. */
    private boolean begin(Lane lane) {
        boolean first = !lane.begun();
        if (!admission.admit(lane, running)) {
            return lane.follows();
        }
        waiting.remove(lane);
        running.add(lane);
        running.sort(Comparator.comparingLong(Lane::order));
        if (first) {
            counters.cachedTokens += lane.computed();
            counters.prefixHits += lane.computed() > 0 ? 1 : 0;
        }
        return true;
    }

    private void step() {
        Round round = planner.plan(running, this::suspend);
        if (round.slices().isEmpty() && running.stream().anyMatch(Lane::done)) {
            return;
        }
        if (round.slices().isEmpty() && running.stream().anyMatch(Lane::preparing)) {
            pause();
            return;
        }
        while (round.slices().isEmpty() && running.size() > 1) {
            suspend(running.getLast());
            round = planner.plan(running, this::suspend);
        }
        List<Slice> slices = round.slices();
        if (slices.isEmpty()) {
            running.forEach(lane -> lane.fail(new IllegalStateException(
                    "a sequence of " + lane.ids().size() + " tokens does not go on: it has " + lane.remaining()
                            + " rows left, and " + pool.freeBytes() + " bytes of K and V are free")));
            return;
        }
        long start = System.nanoTime();
        try {
            runner.run(slices);
        } catch (RuntimeException | Error e) {
            slices.forEach(slice -> slice.lane().fail(e));
            return;
        }
        count(round, System.nanoTime() - start);
        slices.forEach(this::follow);
    }

    private void count(Round round, long nanos) {
        time.measured(round.answerRows(), round.promptRows(), nanos);
        counters.steps++;
        counters.stepNanos += nanos;
        counters.promptTokens += round.promptRows();
        for (Slice slice : round.slices()) {
            int held = slice.lane().computed() - slice.from();
            counters.answerTokens += slice.lane().readingAt(slice.from()) ? 0 : held;
            counters.proposed += slice.guesses();
            counters.accepted += slice.guesses() == 0 ? 0 : held - (slice.rows() - slice.guesses());
        }
    }

    /** What follows a slice: somebody is told, and a copy is kept where the sequence is likely to branch. */
    private void follow(Slice slice) {
        Lane lane = slice.lane();
        lane.tellProgress(slice.from());
        if (lane.borders().remove(lane.computed())) {
            memory.keep(lane.ids(), lane.computed(), lane.sequence().fork());
        }
        lane.task().flush();
    }

    /** Takes a running task's memory: it is kept as long as nobody needs it. */
    private void suspend(Lane lane) {
        KvSequence given = lane.holding().exchange(pool.sequence());
        memory.keep(lane.ids(), given.length(), given);
        lane.stop();
        running.remove(lane);
        waiting.add(lane);
        waiting.sort(Comparator.comparingLong(Lane::order));
        counters.suspensions++;
    }

    /** When a task that finds no place may be worth trying again, in nanoseconds. */
    public long retryNanos() {
        return exclusively(() -> {
            long mean = counters.tasks == 0 ? TimeUnit.SECONDS.toNanos(1) : counters.taskNanos / counters.tasks;
            return mean / Math.max(1, running.size());
        });
    }

    /** Number of tasks that wait. */
    public int waiting() {
        return exclusively(waiting::size);
    }

    /** What it does and has done. */
    public ScheduleStatus status() {
        return exclusively(() -> new ScheduleStatus(
                running.size(),
                waiting.size(),
                counters.promptTokens,
                counters.cachedTokens,
                counters.prefixHits,
                counters.answerTokens,
                counters.steps,
                counters.stepNanos,
                counters.suspensions,
                counters.proposed,
                counters.accepted,
                budget.limitBytes(),
                budget.usedBytes(),
                budget.cachedBytes()));
    }

    /** Gives up what is kept of earlier prompts. */
    public void forget() {
        exclusively(() -> {
            memory.clear();
            return null;
        });
    }

    /**
     * Takes no more tasks, waits until those there are have left, and frees what is kept. The tasks must have been told to
     * end. A second call waits as well.
     */
    @Override
    public void close() {
        Thread loop = exclusively(() -> {
            closed = true;
            signal();
            return thread;
        });
        if (loop != null) {
            if (loop == Thread.currentThread()) {
                throw new IllegalStateException("an engine cannot be closed by a task that it computes");
            }
            Threads.awaitEnd(loop);
        }
        exclusively(() -> {
            memory.clear();
            for (Holding holding : List.copyOf(holdings)) {
                holding.sequence().close();
            }
            holdings.clear();
            return null;
        });
    }
}
