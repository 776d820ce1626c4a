package io.jgemma.engine.chat;

/**
 * The text of an answer from which calls are cut out. White space is held until something follows it: next to a call it is
 * no text at the beginning and the end of the answer, and between texts that of only one side counts, so that the answer
 * reads as if the call had never been there. The same goes for commas and semicolons right after a call, unless text
 * follows on their line.
 */
final class AnswerText {
    private final StringBuilder ready = new StringBuilder();
    private final StringBuilder space = new StringBuilder();
    private final StringBuilder beforeCall = new StringBuilder();
    private boolean afterCall;
    private boolean separators;
    private boolean anyText;

    /** A character of the text. */
    void add(char c) {
        boolean separator = afterCall && (c == ',' || c == ';');
        if (separator || Character.isWhitespace(c)) {
            separators |= separator;
            space.append(c);
            return;
        }
        if (afterCall) {
            resume();
        }
        ready.append(space).append(c);
        space.setLength(0);
        anyText = true;
    }

    private void resume() {
        if (separators) {
            ready.append(anyText ? beforeCall : "");
        } else if (!anyText) {
            space.setLength(0);
        } else if (!beforeCall.isEmpty()) {
            space.setLength(0);
            space.append(beforeCall);
        }
        afterCall = false;
    }

    /** Whether nothing but white space came so far. */
    boolean isBlank() {
        return !anyText && !afterCall;
    }

    /** A call stands here. */
    void call(AnswerListener listener) {
        flush(listener);
        if (!afterCall) {
            beforeCall.setLength(0);
            beforeCall.append(space);
        }
        space.setLength(0);
        separators = false;
        afterCall = true;
    }

    /** Gives out what is certain. */
    void flush(AnswerListener listener) {
        if (!ready.isEmpty()) {
            listener.text(ready.toString());
            ready.setLength(0);
        }
    }

    /** Nothing follows. */
    void finish(AnswerListener listener) {
        if (!afterCall) {
            ready.append(space);
        }
        space.setLength(0);
        flush(listener);
    }
}
