package io.jgemma.engine.chat;

import java.util.List;
import java.util.function.Supplier;

/**
 * How a family of models writes calls. Every family may write objects, alone or in a list, at the beginning of a line or
 * in a fenced block, for all do.
 *
 * @param python whether {@code [name(..), ..]} is a call too, and {@code name(..)} in a block fenced as
 *     {@code tool_code}
 * @param tags what may stand around calls, anywhere
 */
record CallSyntax(boolean python, List<Tag> tags) {

    /**
     * Marks around calls. An object in them needs no arguments.
     *
     * @param open the mark before
     * @param close the mark after; empty if there is none, and then only one call or list follows
     */
    record Tag(String open, String close) {}

    /** Begins an answer. */
    ToolCallStream open(List<ToolDefinition> tools, Supplier<String> ids) {
        return tools.isEmpty() ? new PlainStream() : new CallScanner(this, tools, ids);
    }

    /** Whether a tag begins with the character. */
    boolean tagBegins(char c) {
        for (Tag tag : tags) {
            if (tag.open().charAt(0) == c) {
                return true;
            }
        }
        return false;
    }
}
