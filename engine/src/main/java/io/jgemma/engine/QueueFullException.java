package io.jgemma.engine;

import java.time.Duration;

/** So many requests wait that no more are taken. */
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

    /** When it is worth trying again. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
