package io.jgemma.engine;

import io.jgemma.engine.kv.KvSequence;
import io.jgemma.engine.nn.InputRows;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * One conversation's memory: the keys and values of the tokens seen so far. A new prompt that begins like them is
 * computed from where it differs.
 *
 * <p>One thread at a time; {@link #cancel} may be called from any.
 */
public final class Session implements AutoCloseable {

    private final Engine engine;
    private final Evaluator evaluator;
    private KvSequence sequence;
    private final TokenList history;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile boolean cancelled;
    private boolean closed;

    Session(Engine engine, Evaluator evaluator) {
        this(engine, evaluator, evaluator.newSequence(), new TokenList());
    }

    private Session(Engine engine, Evaluator evaluator, KvSequence sequence, TokenList history) {
        this.engine = engine;
        this.evaluator = evaluator;
        this.sequence = sequence;
        this.history = history;
    }

    /**
     * Generates until the model ends, a limit is reached or {@link #cancel} is called.
     *
     * @param listener called on this thread, in order; what it throws ends the generation and passes through
     * @throws ContextExceededException when the prompt does not fit
     * @throws io.jgemma.engine.template.TemplateException when the chat template refuses the messages
     * @throws IllegalStateException when the session is busy or closed
     */
    public GenerationResult generate(GenerationRequest request, Consumer<? super GenerationEvent> listener) {
        enter();
        try {
            cancelled = false;
            InputRows prompt = engine.text().input(request.prompt());
            return new Generation(this, engine, request, prompt, listener, () -> false).run();
        } finally {
            busy.set(false);
        }
    }

    /** As {@link #generate(GenerationRequest, Consumer)}, of a prompt that is encoded already. */
    GenerationResult generate(
            GenerationRequest request,
            InputRows prompt,
            Consumer<? super GenerationEvent> listener,
            BooleanSupplier cancel) {
        enter();
        try {
            cancelled = false;
            return new Generation(this, engine, request, prompt, listener, cancel).run();
        } finally {
            busy.set(false);
        }
    }

    /** Ends the generation in progress as soon as the present step is done. What was generated stays. */
    public void cancel() {
        cancelled = true;
    }

    boolean cancelled() {
        return cancelled;
    }

    /** Tokens in the cache. */
    public int position() {
        return history.size();
    }

    /** The tokens in the cache. */
    public int[] tokens() {
        return history.toArray();
    }

    /** Forgets everything. */
    public void clear() {
        enter();
        try {
            rewind(0);
        } finally {
            busy.set(false);
        }
    }

    /**
     * A second session that holds the same tokens; both go on by themselves, closed each by itself. What they
     * have in common stays in memory once, so a fork costs next to nothing, however long the conversation.
     *
     * @throws IllegalStateException when the session is busy or closed
     */
    public Session fork() {
        enter();
        try {
            KvSequence copy = evaluator.exclusively(sequence::fork);
            return engine.register(new Session(engine, evaluator, copy, history.copy()));
        } finally {
            busy.set(false);
        }
    }

    /**
     * Writes the tokens in the cache with their keys and values to a file, so that {@link #load} can go on from them. The
     * format is told at {@link SessionFile}. An older session in the file is replaced, anything else is not.
     *
     * @return bytes of the file
     * @throws SessionFileException when it cannot be written
     * @throws IllegalStateException when the session is busy or closed
     */
    public long save(Path file) {
        enter();
        try {
            return engine.sessionStore().save(file, history.toArray(), sequence);
        } finally {
            busy.set(false);
        }
    }

    /**
     * Goes on from a saved session of the same model, with K and V of the same types. What the session held is forgotten
     * once the file has proved whole; until then both take memory.
     *
     * @return bytes of the file
     * @throws SessionFileException when the file is refused, and why; the session stays as it was
     * @throws IllegalStateException when the session is busy or closed
     */
    public long load(Path file) {
        enter();
        try {
            SessionReader.Content content = engine.sessionStore().load(file);
            evaluator.close(sequence);
            sequence = content.sequence();
            history.truncate(0);
            history.addAll(content.tokens(), 0, content.tokens().length);
            return content.bytes();
        } finally {
            busy.set(false);
        }
    }

    /**
     * Feeds tokens after the present position and shows logits: for measurements.
     *
     * @param wanted index into {@code ids} whose logits are wanted
     * @param consumer receives them
     * @throws ContextExceededException when they do not fit
     */
    public void evaluate(int[] ids, IntPredicate wanted, LogitsConsumer consumer) {
        engine.text().requireTokens(ids);
        evaluate(InputRows.of(ids), wanted, consumer);
    }

    /**
     * Feeds rows after the present position and shows logits.
     *
     * @param wanted index of a row whose logits are wanted
     * @param consumer receives them
     * @throws ContextExceededException when they do not fit
     */
    public void evaluate(InputRows input, IntPredicate wanted, LogitsConsumer consumer) {
        enter();
        try {
            engine.text().requireKnown(input.ids());
            if (history.size() + input.rows() > engine.contextTokens()) {
                throw new ContextExceededException(history.size() + input.rows(), engine.contextTokens());
            }
            feed(input, 0, input.rows(), wanted, consumer, this::cancelled);
        } finally {
            busy.set(false);
        }
    }

    /** Keeps what the cache has in common with a prompt, at most all but its last token, and says how much. */
    int keepCommonPrefix(int[] ids) {
        return rewind(Math.min(history.commonPrefix(ids), ids.length - 1));
    }

    /** Keeps at most so many rows, and no part of a block. */
    private int rewind(int rows) {
        int kept = rows;
        int whole = history.wholeBlocks(rows);
        do {
            int most = whole;
            kept = evaluator.exclusively(() -> sequence.rewind(most));
            whole = history.wholeBlocks(kept);
        } while (whole < kept);
        history.truncate(kept);
        return kept;
    }

    /** Feeds rows {@code from} to {@code to}, exclusive; returns the index of the first not fed because of a cancel. */
    int feed(InputRows input, int from, int to, IntPredicate wanted, LogitsConsumer consumer, BooleanSupplier stop) {
        int before = sequence.length();
        try {
            return evaluator.feed(sequence, input, from, to, wanted, consumer, stop);
        } finally {
            // Also when the consumer threw: what the sequence holds and what is remembered must stay the same.
            history.addAll(input.ids(), from, from + sequence.length() - before);
        }
    }

    private void enter() {
        if (!busy.compareAndSet(false, true)) {
            throw new IllegalStateException(
                    "the session is busy: one call at a time, or use a session for each thread");
        }
        if (closed) {
            busy.set(false);
            throw new EngineClosedException("session");
        }
    }

    /** Gives the memory back. */
    @Override
    public void close() {
        if (!closed) {
            enter();
            try {
                closed = true;
                evaluator.close(sequence);
                engine.forget(this);
            } finally {
                busy.set(false);
            }
        }
    }
}
