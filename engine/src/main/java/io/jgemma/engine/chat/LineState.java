package io.jgemma.engine.chat;

/** Where in the lines of a Markdown text one is. */
final class LineState {
    private static final int FENCE_TICKS = 3;

    private boolean blank = true;
    private boolean code;
    private boolean opened;
    private boolean afterCall;
    private int ticks;

    /** Whether there is nothing but white space before, on this line and outside a fenced block. */
    boolean mayBeginCall() {
        return blank && !code;
    }

    /** A character of the text. */
    void add(char c) {
        if (c == '\n') {
            blank = true;
            opened = false;
            ticks = 0;
        } else if (c == '`') {
            tick();
        } else if (!Character.isWhitespace(c) && !(afterCall && (c == ',' || c == ';'))) {
            blank = false;
            afterCall = false;
            ticks = 0;
        }
    }

    private void tick() {
        if (opened && ticks == 0) {
            // What opens and closes on one line is no block.
            code = false;
            opened = false;
        } else if (blank || ticks > 0) {
            ticks++;
            if (ticks == FENCE_TICKS) {
                code = !code;
                opened = code;
            }
        }
        blank = false;
        afterCall = false;
    }

    /** A call stands here; another may follow on its line, also after commas and semicolons. */
    void call() {
        blank = true;
        afterCall = true;
        opened = false;
        ticks = 0;
    }
}
