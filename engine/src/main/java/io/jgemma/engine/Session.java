package io.jgemma.engine;

import io.jgemma.engine.kv.KvSequence;
import io.jgemma.engine.nn.InputRows;
import io.jgemma.engine.sample.Sampler;
import io.jgemma.engine.text.EncodeOptions;
import io.jgemma.engine.text.Tokenizer;
import io.jgemma.engine.text.Vocabulary;
import java.lang.foreign.MemorySegment;
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
    private final BooleanSupplier stop = this::cancelled;
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
            return new Generation(this, engine, request, listener).run();
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
        requireTokens(ids);
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
            requireKnown(input.ids());
            if (history.size() + input.rows() > engine.contextTokens()) {
                throw new ContextExceededException(history.size() + input.rows(), engine.contextTokens());
            }
            feed(input, 0, input.rows(), wanted, consumer);
        } finally {
            busy.set(false);
        }
    }

    private void requireTokens(int[] ids) {
        for (int i = 0; i < ids.length; i++) {
            if (InputRows.embedded(ids[i])) {
                throw unknown(ids, i);
            }
        }
        requireKnown(ids);
    }

    private void requireKnown(int[] ids) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] >= engine.spec().vocabulary()) {
                throw unknown(ids, i);
            }
        }
    }

    private IllegalArgumentException unknown(int[] ids, int i) {
        return new IllegalArgumentException("token " + i + " is " + ids[i] + ", but the model knows 0 to "
                + (engine.spec().vocabulary() - 1) + " only");
    }

    /** The rows of a prompt, checked. */
    InputRows encode(Prompt prompt) {
        Tokenizer tokenizer = engine.tokenizer();
        int[] ids = switch (prompt) {
            case Prompt.Tokens tokens -> tokens.ids();
            case Prompt.Text text -> tokenizer.encode(text.text(), EncodeOptions.PROMPT);
            case Prompt.Chat chat -> tokenizer.encode(engine.render(chat), EncodeOptions.PROMPT);
        };
        if (ids.length == 0) {
            Vocabulary vocabulary = tokenizer.vocabulary();
            int begin = vocabulary.bosId() != Vocabulary.NONE ? vocabulary.bosId() : vocabulary.eosId();
            if (begin == Vocabulary.NONE) {
                throw new IllegalArgumentException("the prompt is empty, and the model has no token to begin with");
            }
            ids = new int[] {begin};
        }
        requireTokens(ids);
        return InputRows.of(ids);
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
    int feed(InputRows input, int from, int to, IntPredicate wanted, LogitsConsumer consumer) {
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
            throw new IllegalStateException("the session is closed");
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

    /** Samples from logits, wired here so that the token loop makes no object for it. */
    static final class Draw implements LogitsConsumer {
        private final Sampler sampler;
        private int token = -1;

        Draw(Sampler sampler) {
            this.sampler = sampler;
        }

        int token() {
            return token;
        }

        @Override
        public void accept(int index, MemorySegment logits) {
            token = sampler.sample(logits);
        }

        @Override
        public int greatest() {
            return sampler.greatest();
        }

        @Override
        public boolean acceptGreatest(int index, MemorySegment greatest) {
            int id = sampler.sampleGreatest(greatest);
            if (id == Sampler.NONE) {
                return false;
            }
            token = id;
            return true;
        }
    }
}
