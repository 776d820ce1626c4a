package io.jgemma.engine.answer;

import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** Carries what a generation failed with to whoever waits for it. */
final class Failures {
    private Failures() {}

    /** Throws a failure as it is, if there is one. */
    static void rethrow(@Nullable Throwable failure) {
        switch (failure) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
    }

    /** What to throw where nothing can be waited for any longer; the thread stays interrupted. */
    static CancellationException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        CancellationException exception = new CancellationException("interrupted while waiting for a generation");
        exception.initCause(cause);
        return exception;
    }
}
