package io.jgemma.engine.chat;

/**
 * What a family's models write around their reasoning.
 *
 * @param open e.g. {@code <think>}
 * @param close e.g. {@code </think>}
 */
public record ReasoningTags(String open, String close) {

    /** What most families write. */
    public static final ReasoningTags THINK = new ReasoningTags("<think>", "</think>");

    /** Whether a prompt ends with an opening tag, so that the answer begins inside the block. */
    public boolean openedBy(String prompt) {
        return prompt.stripTrailing().endsWith(open);
    }
}
