package io.jgemma.cli.model;

import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.ProgressBar;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import java.util.ArrayList;
import java.util.List;

/** Opens a model and tells the person at the terminal what there is to tell. */
public final class EngineOpener {
    private EngineOpener() {}

    /**
     * Opens the model; its warnings, and what to know about the embedded one, go to standard error.
     *
     * @return the engine, which the caller closes
     */
    public static Engine open(Console console, EngineOptions options) {
        Engine engine;
        List<String> warnings = new ArrayList<>();
        try (ProgressBar bar = ProgressBar.of("loading", console)) {
            engine = Engine.open(options.withListener(new Listener(bar, warnings)));
        }
        engine.embedded().ifPresent(model -> console.paragraph("No model was named. " + model.notice()));
        warnings.forEach(warning -> console.note("warning: " + warning));
        return engine;
    }

    /** Keeps warnings until the bar is gone. */
    private record Listener(ProgressBar bar, List<String> warnings) implements EngineOptions.LoadListener {
        @Override
        public void loaded(long doneBytes, long totalBytes) {
            bar.update(doneBytes, totalBytes);
        }

        @Override
        public void doubtful(String sentence) {
            warnings.add(sentence);
        }
    }
}
