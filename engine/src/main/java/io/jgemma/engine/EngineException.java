package io.jgemma.engine;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request that the engine refuses with its present configuration. The message is for people; {@link #limit} tells programs which
 * limit it was, so that a command line can name its flag and a server its field.
 */
public abstract class EngineException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What an engine limits. */
    public enum Limited {
        /** Tokens of one conversation: {@link EngineOptions#contextTokens}. */
        CONTEXT_TOKENS,
        /** Bytes of K and V of all conversations. */
        KV_BYTES,
        /** Requests that wait. */
        WAITING_REQUESTS
    }

    /**
     * A limit that a request exceeds.
     *
     * @param what what is limited
     * @param asked what the request needs
     * @param allowed what there is
     */
    public record Limit(Limited what, long asked, long allowed) {}

    private final transient @Nullable Limit limit;

    EngineException(String message, @Nullable Limit limit) {
        super(message);
        this.limit = limit;
    }

    /** The limit that the request exceeds, if it is one. */
    public Optional<Limit> limit() {
        return Optional.ofNullable(limit);
    }
}
