package io.jgemma.engine.chat;

import java.util.List;
import java.util.function.Supplier;

/**
 * How and where a family of models writes calls.
 *
 * @param place where
 * @param python whether {@code [name(..), ..]} is a call too
 * @param tags what stands around calls; no opening mark is the beginning of another
 */
record CallSyntax(Place place, boolean python, List<Tag> tags) {

    /** Where calls stand. */
    enum Place {
        /** Between tags that begin a line outside fenced blocks. Text may stand before and after. */
        TAGS,
        /** The whole answer is calls, perhaps behind a tag. With anything else in it, it is text. */
        ANSWER
    }

    /**
     * Marks around calls. An object in them needs no arguments.
     *
     * @param open the mark before
     * @param close the mark after; empty if there is none
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
