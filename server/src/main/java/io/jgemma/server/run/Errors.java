package io.jgemma.server.run;

import io.jgemma.engine.ContextExceededException;
import io.jgemma.engine.EngineClosedException;
import io.jgemma.engine.MemoryExceededException;
import io.jgemma.engine.QueueFullException;
import io.jgemma.engine.model.ModelException;
import io.jgemma.engine.sample.SamplingException;
import io.jgemma.engine.template.TemplateException;
import io.jgemma.engine.text.TokenizerException;
import io.jgemma.engine.vision.PictureException;
import io.jgemma.server.json.ApiException;
import io.jgemma.server.json.ApiException.Kind;
import java.lang.System.Logger.Level;

/** The engine's errors as those of the API. */
public final class Errors {
    private static final System.Logger LOG = System.getLogger(Errors.class.getName());

    private Errors() {}

    /** What the client is told. What is the server's own fault goes to its log instead. */
    public static ApiException of(RuntimeException failure) {
        return switch (failure) {
            case ApiException api -> api;
            case ContextExceededException e ->
                ApiException.contextExceeded(message(e), e.promptTokens(), e.contextTokens());
            case MemoryExceededException e ->
                ApiException.contextExceeded(
                        message(e), e.limit().map(limit -> limit.asked()).orElse(0L), e.fittingTokens());
            case QueueFullException e -> ApiException.later(Kind.UNAVAILABLE, message(e), e.retryAfter());
            case EngineClosedException e -> new ApiException(Kind.UNAVAILABLE, "the model is being unloaded", e);
            case TemplateException e ->
                new ApiException(
                        Kind.INVALID_REQUEST, "the model's chat template refuses the messages: " + e.detail(), e);
            case PictureException e -> new ApiException(Kind.INVALID_REQUEST, message(e), e);
            case TokenizerException e -> new ApiException(Kind.INVALID_REQUEST, message(e), e);
            case SamplingException e -> new ApiException(Kind.INVALID_REQUEST, message(e), e);
            case IllegalArgumentException e -> new ApiException(Kind.INVALID_REQUEST, message(e), e);
            case ModelException e -> new ApiException(Kind.INVALID_REQUEST, message(e), e);
            default -> {
                LOG.log(Level.ERROR, "a request failed", failure);
                yield new ApiException(Kind.SERVER, "the server failed; its log says why", failure);
            }
        };
    }

    private static String message(RuntimeException failure) {
        return String.valueOf(failure.getMessage());
    }
}
