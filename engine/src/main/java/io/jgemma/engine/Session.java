package io.jgemma.engine;

import io.jgemma.engine.answer.Evaluation;
import io.jgemma.engine.answer.Generation;
import io.jgemma.engine.answer.Waiting;
import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.generation.LogitsConsumer;
import io.jgemma.engine.kv.KvExtent;
import io.jgemma.engine.kv.KvSequence;
import io.jgemma.engine.nn.InputRows;
import io.jgemma.engine.schedule.Holding;
import io.jgemma.engine.schedule.Scheduler;
import io.jgemma.engine.schedule.TokenList;
import io.jgemma.engine.session.SessionStore;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One conversation's memory: the keys and values of the tokens seen so far. A new prompt that begins like them, or like
 * anything else that the engine remembers, is computed from where it differs.
 *
 * <p>One thread at a time; {@link #cancel} and {@link #close} may be called from any.
 */
public final class Session implements AutoCloseable {

    private final Engine engine;
    private final Scheduler scheduler;
    private final Holding holding;
    private final Semaphore turn = new Semaphore(1);
    private volatile @Nullable Thread owner;
    private volatile boolean cancelled;
    private volatile boolean closed;

    Session(Engine engine, Scheduler scheduler, Holding holding) {
        this.engine = engine;
        this.scheduler = scheduler;
        this.holding = holding;
    }

    /**
     * Generates until the model ends, a limit is reached or {@link #cancel} is called, which may also be before. An
     * interrupt of this thread ends it as well; the thread stays interrupted.
     *
     * @param listener called on this thread, in order, while the engine goes on; what it throws ends the generation and
     *     passes through
     * @throws ContextExceededException when the prompt does not fit
     * @throws MemoryExceededException when its K and V can never fit into memory
     * @throws QueueFullException when too many requests wait
     * @throws io.jgemma.engine.template.TemplateException when the chat template refuses the messages
     * @throws IllegalStateException when the session is busy or closed
     */
    public GenerationResult generate(GenerationRequest request, Consumer<? super GenerationEvent> listener) {
        return alone(() -> {
            Generation generation = engine.begin(request, holding, () -> cancelled);
            try {
                return Waiting.follow(generation, listener, scheduler::wake);
            } finally {
                cancelled = false;
            }
        });
    }

    /**
     * Ends the running generation after the current step, or the next generation if none is running. What was
     * generated stays.
     */
    public void cancel() {
        cancelled = true;
        scheduler.wake();
    }

    /** Tokens in the cache. */
    public int position() {
        return holding.ids().size();
    }

    /** The tokens in the cache. */
    public int[] tokens() {
        return holding.ids().toArray();
    }

    /** Forgets everything. */
    public void clear() {
        alone(() -> {
            scheduler.replace(holding, engine.newSequence(), new TokenList());
            return null;
        });
    }

    /**
     * A second session with the same tokens. The two continue and are closed independently. What they
     * have in common stays in memory once, so a fork costs next to nothing, however long the conversation.
     *
     * @throws IllegalStateException when the session is busy or closed
     */
    public Session fork() {
        return alone(() -> {
            Holding copy = scheduler.exclusively(() ->
                    scheduler.hold(holding.sequence().fork(), holding.ids().copy()));
            return engine.register(new Session(engine, scheduler, copy));
        });
    }

    /**
     * Writes the tokens in the cache with their keys and values to a file, so that {@link #load} can continue from them. The
     * format is told at {@link io.jgemma.engine.session.SessionFile}. An older session in the file is replaced, anything else is not.
     *
     * @return bytes of the file
     * @throws io.jgemma.engine.session.SessionFileException when it cannot be written
     * @throws IllegalStateException when the session is busy or closed
     */
    public long save(Path file) {
        return alone(() -> {
            recompute();
            KvExtent extent = scheduler.exclusively(() -> holding.sequence().extent());
            return engine.sessionStore()
                    .save(
                            file,
                            holding.ids().toArray(),
                            extent,
                            out -> engine.sessionPages().write(holding, out));
        });
    }

    /** Computes again what was given up because memory was short. */
    private void recompute() {
        while (scheduler.exclusively(
                () -> holding.sequence().length() < holding.ids().size())) {
            if (!feed(InputRows.of(), i -> false, (i, logits) -> {})) {
                throw new EngineClosedException("session");
            }
        }
    }

    /**
     * Goes on from a saved session of the same model, with K and V of the same types. What the session held is forgotten
     * once the file has proved whole; until then both take memory.
     *
     * @return bytes of the file
     * @throws io.jgemma.engine.session.SessionFileException when the file is refused, and why; the session stays as it was
     * @throws IllegalStateException when the session is busy or closed
     */
    public long load(Path file) {
        return alone(() -> {
            SessionStore.Content content = engine.sessionStore().load(file);
            KvSequence sequence = content.sequence();
            scheduler.replace(holding, sequence, TokenList.of(content.tokens()));
            return content.bytes();
        });
    }

    /**
     * Feeds tokens after the current position and passes on logits, for measurements.
     *
     * @param wanted index into {@code ids} whose logits are wanted
     * @param consumer receives them, on a thread of the engine
     * @throws ContextExceededException when they do not fit
     */
    public void evaluate(int[] ids, IntPredicate wanted, LogitsConsumer consumer) {
        engine.text().requireTokens(ids);
        evaluate(InputRows.of(ids), wanted, consumer);
    }

    /**
     * Feeds rows after the current position and passes on logits.
     *
     * @param wanted index of a row whose logits are wanted
     * @param consumer receives them, on a thread of the engine
     * @throws ContextExceededException when they do not fit
     */
    public void evaluate(InputRows input, IntPredicate wanted, LogitsConsumer consumer) {
        alone(() -> {
            engine.text().requireKnown(input.ids());
            if (position() + input.rows() > engine.contextTokens()) {
                throw new ContextExceededException(position() + input.rows(), engine.contextTokens());
            }
            try {
                feed(input, wanted, consumer);
            } finally {
                cancelled = false;
            }
            return null;
        });
    }

    /**
     * Feeds tokens after the present position one at a time, as if they were being generated, and shows the logits behind
     * each: for measurements.
     *
     * @param consumer receives them, on a thread of the engine
     * @throws ContextExceededException when they do not fit
     */
    public void evaluateEach(int[] ids, LogitsConsumer consumer) {
        engine.text().requireTokens(ids);
        if (ids.length == 0) {
            return;
        }
        engine.requireFits(position() + ids.length, 0);
        int[] next = {0};
        evaluate(InputRows.of(ids[0]), i -> true, new LogitsConsumer() {
            @Override
            public void accept(int index, MemorySegment logits) {
                consumer.accept(index, logits);
            }

            @Override
            public OptionalInt next() {
                next[0]++;
                return next[0] < ids.length ? OptionalInt.of(ids[next[0]]) : OptionalInt.empty();
            }
        });
    }

    /** Computes rows behind those there are; whether all were. */
    private boolean feed(InputRows more, IntPredicate wanted, LogitsConsumer consumer) {
        int before = position();
        engine.requireFits(before + more.rows(), more.longestBlock());
        Holding.Continued all = scheduler.exclusively(() -> holding.followedBy(more));
        Evaluation evaluation = new Evaluation(all, before, wanted, consumer, () -> cancelled);
        boolean taken = false;
        try {
            engine.submit(evaluation, holding);
            taken = true;
        } finally {
            if (!taken) {
                holding.ids().truncate(before);
            }
        }
        return Waiting.uninterruptibly(evaluation.result(), () -> {
            cancelled = true;
            scheduler.wake();
        });
    }

    /** Keeps what the session has in common with ids, at most all but the last of them, and says how much. */
    int keepCommonPrefix(int[] ids) {
        return alone(() -> scheduler.exclusively(() -> {
            TokenList held = holding.ids();
            int kept = holding.sequence().rewind(held.commonPrefix(TokenList.of(ids), ids.length - 1));
            held.truncate(kept);
            return kept;
        }));
    }

    /** Does something that no other thread may do with this session at the same time. */
    private <T extends @Nullable Object> T alone(Supplier<T> work) {
        if (closed) {
            throw new EngineClosedException("session");
        }
        if (!turn.tryAcquire()) {
            throw new IllegalStateException(
                    "the session is busy: one call at a time, or use a session for each thread");
        }
        owner = Thread.currentThread();
        try {
            return work.get();
        } finally {
            owner = null;
            turn.release();
            if (closed) {
                free();
            }
        }
    }

    /** Ends what the session does, waits for that and gives the memory back. */
    @Override
    public void close() {
        boolean first = !closed;
        closed = true;
        if (first) {
            cancel();
        }
        if (owner == Thread.currentThread()) {
            return; // Called by a listener: alone() frees the memory when the generation has ended.
        }
        turn.acquireUninterruptibly();
        turn.release();
        free();
    }

    /** Idempotent: whoever comes last after closing has to do it. */
    private void free() {
        scheduler.close(holding);
        engine.forget(this);
    }
}
