package io.jgemma.engine;

/** A prompt does not fit into the context. */
public final class ContextExceededException extends EngineException {

    private static final long serialVersionUID = 1L;

    private final int promptTokens;
    private final int contextTokens;

    ContextExceededException(int promptTokens, int contextTokens) {
        super(
                "the prompt has " + promptTokens + " tokens, but the context holds " + contextTokens
                        + " and needs room for an answer: shorten the conversation or open the model with a larger context",
                new Limit(Limited.CONTEXT_TOKENS, promptTokens, contextTokens));
        this.promptTokens = promptTokens;
        this.contextTokens = contextTokens;
    }

    /** Tokens of the prompt. */
    public int promptTokens() {
        return promptTokens;
    }

    /** Tokens that the context holds. */
    public int contextTokens() {
        return contextTokens;
    }
}
