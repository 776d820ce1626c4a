package io.jgemma.cli.io;

import io.jgemma.engine.generation.GenerationEvent;
import java.util.function.Consumer;

/** Shows one answer as it comes, and before it how far a long prompt is. Closing it ends its line. */
public final class AnswerView implements Consumer<GenerationEvent>, AutoCloseable {
    private final AnswerScreen screen;
    private final ProgressBar bar;
    private boolean reasoning;

    /**
     * An answer to come.
     *
     * @param bar shows how far the prompt is; closed when the answer begins
     */
    public AnswerView(AnswerScreen screen, ProgressBar bar) {
        this.screen = screen;
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
                screen.aside(piece.text());
            }
            case GenerationEvent.Text piece -> {
                endReasoning();
                screen.answer(piece.text());
            }
            case GenerationEvent.Call call -> {
                endReasoning();
                screen.called(call.call());
            }
        }
    }

    private void endReasoning() {
        bar.close();
        if (reasoning) {
            reasoning = false;
            screen.aside("\n");
        }
    }

    @Override
    public void close() {
        endReasoning();
        screen.endAnswer();
    }
}
