package io.jgemma.engine;

import java.time.Duration;

/** The queue of waiting requests is full. */
public final class QueueFullException extends EngineException {

    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    QueueFullException(int waiting, int limit, Duration retryAfter) {
        super(
                waiting + " requests wait already, and at most " + limit + " may: try again in "
                        + retryAfter.toSeconds() + " s",
                new Limit(Limited.WAITING_REQUESTS, waiting + 1L, limit));
        this.retryAfter = retryAfter;
    }

    /** How long to wait before trying again. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
