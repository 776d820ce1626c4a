package io.jgemma.engine.generation;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * A generation that was started by {@link io.jgemma.engine.Engine#submit}. Its events are kept for as long as the handle
 * is reachable, so that neither a slow reader nor none at all holds up the engine. All methods may be called from any
 * thread.
 */
public interface GenerationHandle extends Iterable<GenerationEvent>, AutoCloseable {

    /** The events; every subscriber sees all of them, on a virtual thread of its own. */
    Flow.Publisher<GenerationEvent> events();

    /** A reader from the first event on, which waits for those to come. */
    EventReader reader();

    /** A {@link #reader}. */
    @Override
    default EventReader iterator() {
        return reader();
    }

    /**
     * The result, once the generation has ended: also when it was cancelled or its deadline passed, which
     * {@link GenerationResult#finish} tells. What depends on it runs on virtual threads, not on the engine's. It completes
     * exceptionally where the generation failed. Completing or cancelling the future does not end the generation;
     * {@link #cancel} does.
     */
    CompletableFuture<GenerationResult> result();

    /**
     * Waits for the result. If this thread is interrupted, the generation is cancelled.
     *
     * @throws java.util.concurrent.CancellationException when interrupted; the thread stays interrupted
     * @throws RuntimeException that which the generation failed with
     */
    GenerationResult join();

    /** Ends the generation as soon as the present step is done, also before its first token. What was generated stays. */
    void cancel();

    /** Whether the generation has ended. */
    boolean isDone();

    /** Cancels the generation if it has not ended. */
    @Override
    void close();
}
