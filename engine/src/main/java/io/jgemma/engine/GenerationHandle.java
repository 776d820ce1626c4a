package io.jgemma.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;

/**
 * A generation that was asked for by {@link Engine#submit}. Its events are kept for as long as the handle is reachable, so
 * that neither a slow reader nor none at all holds up the engine. All methods may be called from any thread.
 */
public final class GenerationHandle implements Iterable<GenerationEvent>, AutoCloseable {

    private final EventLog log;
    private final CompletableFuture<GenerationResult> result;
    private final Runnable cancel;

    GenerationHandle(EventLog log, CompletableFuture<GenerationResult> result, Runnable cancel) {
        this.log = log;
        this.result = result;
        this.cancel = cancel;
    }

    /** The events; every subscriber sees all of them, on a virtual thread of its own. */
    public Flow.Publisher<GenerationEvent> events() {
        return new EventPublisher(log);
    }

    /** A reader from the first event on, which waits for those to come. */
    public EventReader reader() {
        return new EventReader(log);
    }

    /** A {@link #reader}. */
    @Override
    public EventReader iterator() {
        return reader();
    }

    /**
     * The result, once the generation has ended: also when it was cancelled or its deadline passed, which
     * {@link GenerationResult#finish} tells. What depends on it runs on virtual threads, not on the engine's. It completes exceptionally where the generation failed. Completing or cancelling the
     * future does not end the generation; {@link #cancel} does.
     */
    public CompletableFuture<GenerationResult> result() {
        return result.thenApplyAsync(value -> value, work -> Thread.ofVirtual().start(work));
    }

    /**
     * Waits for the result. If this thread is interrupted, the generation is cancelled.
     *
     * @throws java.util.concurrent.CancellationException when interrupted; the thread stays interrupted
     * @throws RuntimeException that which the generation failed with
     */
    public GenerationResult join() {
        try {
            return result.get();
        } catch (InterruptedException e) {
            cancel();
            throw Failures.interrupted(e);
        } catch (ExecutionException e) {
            Failures.rethrow(e.getCause());
            throw new IllegalStateException(e);
        }
    }

    /** Ends the generation as soon as the present step is done, also before its first token. What was generated stays. */
    public void cancel() {
        cancel.run();
    }

    /** Whether the generation has ended. */
    public boolean isDone() {
        return result.isDone();
    }

    /** Cancels the generation if it has not ended. */
    @Override
    public void close() {
        cancel();
    }
}
