package io.jgemma.cli.chat;

import io.jgemma.cli.io.ProgressBar;
import io.jgemma.engine.GenerationEvent;
import java.util.function.Consumer;

/** Shows one answer as it comes. Closing it ends its line. */
final class AnswerView implements Consumer<GenerationEvent>, AutoCloseable {
    private final ChatTerminal terminal;
    private final ProgressBar bar;
    private boolean reasoning;

    AnswerView(ChatTerminal terminal, ProgressBar bar) {
        this.terminal = terminal;
        this.bar = bar;
    }

    @Override
    public void accept(GenerationEvent event) {
        switch (event) {
            case GenerationEvent.PromptProgress progress -> bar.update(progress.done(), progress.total());
            case GenerationEvent.Token _ -> {} // its text follows
            case GenerationEvent.Reasoning piece -> {
                bar.close();
                reasoning = true;
                terminal.aside(piece.text());
            }
            case GenerationEvent.Text piece -> {
                endReasoning();
                terminal.answer(piece.text());
            }
            case GenerationEvent.Call _ -> endReasoning(); // shown when it is answered
        }
    }

    private void endReasoning() {
        bar.close();
        if (reasoning) {
            reasoning = false;
            terminal.aside("\n");
        }
    }

    @Override
    public void close() {
        endReasoning();
        terminal.endAnswer();
    }
}
