package io.jgemma.engine.chat;

/**
 * Separates the reasoning ({@code <think>..</think>}) at the beginning of an answer from the answer, while it is written.
 *
 * <p>Only a block before anything else counts: white space may stand before it, and after other text the tags are text.
 * The tags are dropped, and with them the blank lines right after each and the white space before the closing one. A block
 * that is never closed is reasoning to its end. Not for use by several threads.
 */
public final class ReasoningSplitter {
    private enum State {
        BEFORE,
        INSIDE,
        AFTER,
        ANSWER
    }

    private final StringBuilder out = new StringBuilder();
    private final StringBuilder space = new StringBuilder();
    private final StringBuilder tag = new StringBuilder();
    private final ReasoningTags tags;
    private State state;
    private boolean blank;
    private boolean mayOpen = true;

    /**
     * An answer.
     *
     * @param tags what stands around the reasoning
     * @param startInside whether the prompt already opened the block, see {@link ReasoningTags#openedBy}
     */
    public ReasoningSplitter(ReasoningTags tags, boolean startInside) {
        this.tags = tags;
        state = startInside ? State.INSIDE : State.BEFORE;
        blank = startInside;
    }

    /** Separates nothing: for text that is no answer. */
    public static ReasoningSplitter none() {
        ReasoningSplitter splitter = new ReasoningSplitter(ReasoningTags.THINK, false);
        splitter.state = State.ANSWER;
        return splitter;
    }

    /**
     * Reads a piece of the answer.
     *
     * @param listener told of reasoning and text, in order
     */
    public void push(String piece, AnswerListener listener) {
        for (int i = 0; i < piece.length(); i++) {
            if (state == State.ANSWER) {
                out.append(piece, i, piece.length());
                break;
            }
            step(piece.charAt(i), listener);
        }
        flush(listener);
    }

    /** The answer ends: gives out what was held back. */
    public void finish(AnswerListener listener) {
        if (state != State.AFTER) {
            release();
        }
        flush(listener);
    }

    private void step(char c, AnswerListener listener) {
        switch (state) {
            case BEFORE, INSIDE -> look(c, listener);
            case AFTER -> after(c);
            case ANSWER -> out.append(c);
        }
    }

    /** Looks for a tag. A model may repeat the opening one that its prompt already had. */
    private void look(char c, AnswerListener listener) {
        if (tag.isEmpty() && c != '<') {
            words(c);
            return;
        }
        tag.append(c);
        String begin = tag.toString();
        if (mayOpen && tags.open().startsWith(begin)) {
            if (begin.equals(tags.open())) {
                enter(State.INSIDE);
            }
        } else if (state == State.INSIDE && tags.close().startsWith(begin)) {
            if (begin.equals(tags.close())) {
                flush(listener);
                enter(State.AFTER);
            }
        } else {
            tag.setLength(tag.length() - 1);
            release();
            step(c, listener);
        }
    }

    private void words(char c) {
        if (Character.isWhitespace(c)) {
            space.append(c);
        } else {
            tag.append(c);
            release();
        }
    }

    private void enter(State next) {
        state = next;
        mayOpen = false;
        blank = true;
        tag.setLength(0);
        space.setLength(0);
    }

    /** Gives out held white space and what began like a tag. */
    private void release() {
        afterBlankLines();
        out.append(tag);
        tag.setLength(0);
        mayOpen = false;
        state = state == State.BEFORE ? State.ANSWER : state;
    }

    private void after(char c) {
        if (Character.isWhitespace(c)) {
            space.append(c);
            return;
        }
        state = State.ANSWER;
        afterBlankLines();
        out.append(c);
    }

    /** Appends the held white space; right after a tag, only what indents the first line with words. */
    private void afterBlankLines() {
        int from = blank ? space.lastIndexOf("\n") + 1 : 0;
        out.append(space, from, space.length());
        space.setLength(0);
        blank = false;
    }

    private void flush(AnswerListener listener) {
        if (!out.isEmpty()) {
            String text = out.toString();
            out.setLength(0);
            if (state == State.INSIDE) {
                listener.reasoning(text);
            } else {
                listener.text(text);
            }
        }
    }
}
