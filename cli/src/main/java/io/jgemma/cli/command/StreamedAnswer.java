package io.jgemma.cli.command;

import io.jgemma.cli.io.AnswerScreen;
import io.jgemma.cli.io.Console;
import io.jgemma.engine.chat.ToolCall;

/** The answer itself on standard output, reasoning on standard error. */
final class StreamedAnswer implements AnswerScreen {
    private final Console console;
    private final boolean shown;
    private String last = "\n";

    /** @param shown whether the answer is shown at all */
    StreamedAnswer(Console console, boolean shown) {
        this.console = console;
        this.shown = shown;
    }

    @Override
    public void answer(String text) {
        if (shown && !text.isEmpty()) {
            console.out().print(text).flush();
            last = text;
        }
    }

    @Override
    public void aside(String text) {
        console.err().print(console.errStyle().dim(text));
        console.err().flush();
    }

    @Override
    public void called(ToolCall call) {
        console.note("The model calls " + call.name() + "; run has no tools, chat --tools has.");
    }

    @Override
    public void endAnswer() {
        if (shown && !last.endsWith("\n")) {
            last = "\n";
            console.out().println("").flush();
        }
    }
}
