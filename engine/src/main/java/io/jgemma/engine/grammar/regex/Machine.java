package io.jgemma.engine.grammar.regex;

import org.jspecify.annotations.Nullable;

/**
 * A deterministic automaton in one of its states: for languages that an expression would be long for, such as the multiples
 * of a number. Must have {@code equals} and {@code hashCode} by content, and finitely many reachable states.
 */
public interface Machine {

    /** The state after a byte, 0 to 255; null when no word of the language goes on so. */
    @Nullable
    Machine step(int value);

    /** Whether the word read so far belongs to the language. */
    boolean accepts();

    /** Whether every state that can be reached is known to lead to a word. */
    default boolean isLive() {
        return false;
    }

    /** The bytes that it tells apart from all others. */
    ByteSet alphabet();
}
