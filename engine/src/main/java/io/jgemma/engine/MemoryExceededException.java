package io.jgemma.engine;

/** The keys and values of a request can never fit into the memory that the engine may use for them. */
public final class MemoryExceededException extends EngineException {

    private static final long serialVersionUID = 1L;

    private final int fittingTokens;

    MemoryExceededException(int tokens, long neededBytes, long limitBytes, int fittingTokens) {
        super(
                tokens + " tokens take " + neededBytes + " bytes of K and V, but the engine may use " + limitBytes
                        + ", which holds " + fittingTokens + " tokens: shorten the conversation, or open the model with"
                        + " more memory for K and V",
                new Limit(Limited.KV_BYTES, neededBytes, limitBytes));
        this.fittingTokens = fittingTokens;
    }

    /** Tokens of one conversation that fit. */
    public int fittingTokens() {
        return fittingTokens;
    }
}
