package io.jgemma.engine.chat;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A syntax in which models write tool calls.
 *
 * <p>Whatever the syntax: only names of the given tools count; what merely looks like a call, is malformed or is cut off
 * comes through as text, so that no word of an answer is lost; a list in which one element is no call is text as a whole.
 */
public interface ToolCallParser {

    /** What {@code --tool-parser} calls it. */
    String name();

    /** Other names it goes by. */
    default Set<String> aliases() {
        return Set.of();
    }

    /**
     * Begins an answer.
     *
     * @param tools the tools that the model was told of; without any, everything is text
     * @param ids gives each call its id, in order
     */
    ToolCallStream open(List<ToolDefinition> tools, Supplier<String> ids);
}
