package io.jgemma.cli.model;

import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.ProgressBar;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;

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
        try (ProgressBar bar = ProgressBar.of("loading", console)) {
            engine = Engine.open(options.withListener(bar));
        }
        engine.embedded().ifPresent(model -> console.paragraph("No model was named. " + model.notice()));
        engine.warnings().forEach(warning -> console.note("warning: " + warning));
        return engine;
    }
}
