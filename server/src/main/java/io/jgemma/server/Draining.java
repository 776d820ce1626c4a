package io.jgemma.server;

import io.jgemma.server.json.ApiException;
import java.time.Duration;

/** Whether the server is about to stop: then it takes no more work. */
final class Draining {
    private static final Duration RETRY = Duration.ofSeconds(5);

    private volatile boolean begun;

    void begin() {
        begun = true;
    }

    boolean begun() {
        return begun;
    }

    /** Refuses work once the server is about to stop. */
    void requireOpen() {
        if (begun) {
            throw ApiException.later(ApiException.Kind.UNAVAILABLE, "the server is stopping", RETRY);
        }
    }
}
