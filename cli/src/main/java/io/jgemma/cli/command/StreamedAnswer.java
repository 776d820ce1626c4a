package io.jgemma.cli.command;

import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.ProgressBar;
import io.jgemma.engine.GenerationEvent;
import java.util.function.Consumer;

/**
 * Shows an answer as it comes: the answer itself on standard output, reasoning on standard error, and how far a long
 * prompt is. Closing it ends the line, once.
 */
final class StreamedAnswer implements Consumer<GenerationEvent>, AutoCloseable {
    private final Console console;
    private final boolean shown;
    private final ProgressBar bar;
    private String last = "\n";
    private boolean reasoning;

    StreamedAnswer(Console console, boolean shown) {
        this.console = console;
        this.shown = shown;
        this.bar = ProgressBar.of("reading the prompt", console);
    }

    @Override
    public void accept(GenerationEvent event) {
        switch (event) {
            case GenerationEvent.PromptProgress progress -> bar.update(progress.done(), progress.total());
            case GenerationEvent.Token _ -> {} // its text follows
            case GenerationEvent.Reasoning piece -> {
                bar.close();
                reasoning = true;
                console.err().print(console.errStyle().dim(piece.text()));
                console.err().flush();
            }
            case GenerationEvent.Text piece -> {
                endReasoning();
                if (shown && !piece.text().isEmpty()) {
                    console.out().print(piece.text()).flush();
                    last = piece.text();
                }
            }
            case GenerationEvent.Call call -> {
                endReasoning();
                console.note("The model calls " + call.call().name() + "; run has no tools, chat --tools has.");
            }
        }
    }

    private void endReasoning() {
        bar.close();
        if (reasoning) {
            reasoning = false;
            console.err().println();
        }
    }

    @Override
    public void close() {
        endReasoning();
        if (shown && !last.endsWith("\n")) {
            last = "\n";
            console.out().println("").flush();
        }
    }
}
