package io.jgemma.engine.sample;

/** No token can be chosen from these logits; the message says why. */
public final class SamplingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SamplingException(String message) {
        super(message);
    }
}
