package io.jgemma.engine.generation;

/** Why a generation ended. */
public enum FinishReason {
    /** The model ended its turn, or a stop string was reached. */
    STOP,
    /** The model ended its turn with at least one tool call. */
    TOOL_CALLS,
    /** {@link GenerationRequest#maxTokens} were generated. */
    LENGTH,
    /** The context is full. */
    CONTEXT_FULL,
    /** It was cancelled. What was generated stays. */
    CANCELLED,
    /** {@link GenerationRequest#deadline} passed. What was generated stays. */
    DEADLINE
}
