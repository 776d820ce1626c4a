package io.jgemma.server.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request that is answered with an error. The message is for people and holds nothing of the machine. */
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Kinds of errors, as OpenAI and llama.cpp name them, with the HTTP status that goes with each. */
    public enum Kind {
        INVALID_REQUEST(400, "invalid_request_error"),
        CONTEXT_EXCEEDED(400, "exceed_context_size_error"),
        AUTHENTICATION(401, "authentication_error"),
        PERMISSION(403, "permission_error"),
        NOT_FOUND(404, "not_found_error"),
        METHOD_NOT_ALLOWED(405, "invalid_request_error"),
        TIMEOUT(408, "timeout_error"),
        TOO_LARGE(413, "invalid_request_error"),
        RATE_LIMIT(429, "rate_limit_error"),
        SERVER(500, "server_error"),
        NOT_SUPPORTED(501, "not_supported_error"),
        UNAVAILABLE(503, "unavailable_error");

        private final int status;
        private final String type;

        Kind(int status, String type) {
            this.status = status;
            this.type = type;
        }

        /** HTTP status. */
        public int status() {
            return status;
        }

        /** The {@code type} of the error object. */
        public String type() {
            return type;
        }
    }

    private final Kind kind;
    private final @Nullable String param;
    private final @Nullable Duration retryAfter;
    private final transient Map<String, Long> facts;

    private ApiException(
            Kind kind,
            String message,
            @Nullable String param,
            @Nullable Duration retryAfter,
            Map<String, Long> facts,
            @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.param = param;
        this.retryAfter = retryAfter;
        this.facts = facts;
    }

    /** An error. */
    public ApiException(Kind kind, String message) {
        this(kind, message, null, null, Map.of(), null);
    }

    /** An error with what it came of, which stays in the server. */
    public ApiException(Kind kind, String message, Throwable cause) {
        this(kind, message, null, null, Map.of(), cause);
    }

    /** A field that cannot be taken: 400. */
    public static ApiException invalid(String param, String message) {
        return new ApiException(Kind.INVALID_REQUEST, message, param, null, Map.of(), null);
    }

    /** A prompt that does not fit: 400 with {@code n_prompt_tokens} and {@code n_ctx}. */
    public static ApiException contextExceeded(String message, long promptTokens, long contextTokens) {
        Map<String, Long> facts = new LinkedHashMap<>();
        facts.put("n_prompt_tokens", promptTokens);
        facts.put("n_ctx", contextTokens);
        return new ApiException(Kind.CONTEXT_EXCEEDED, message, "messages", null, facts, null);
    }

    /** Something that is worth trying again after a while. */
    public static ApiException later(Kind kind, String message, Duration retryAfter) {
        return new ApiException(kind, message, null, retryAfter, Map.of(), null);
    }

    public Kind kind() {
        return kind;
    }

    /** The field in question. */
    public Optional<String> param() {
        return Optional.ofNullable(param);
    }

    /** When trying again is worth it. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** What stands in {@code error}: {@code message, type, param, code}, and the facts. {@code code} is the HTTP status. */
    public ObjectNode object() {
        ObjectNode error = Json.object();
        error.put("message", String.valueOf(getMessage()));
        error.put("type", kind.type());
        error.put("param", param);
        error.put("code", kind.status());
        facts.forEach(error::put);
        return error;
    }

    /** The body of an answer: {@code {"type": "error", "error": {..}}}; Anthropic's clients read both, OpenAI's the second. */
    public ObjectNode body() {
        ObjectNode body = Json.object();
        body.put("type", "error");
        body.set("error", object());
        return body;
    }
}
