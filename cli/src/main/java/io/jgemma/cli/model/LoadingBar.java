package io.jgemma.cli.model;

import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.ProgressBar;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.plan.DevicePlan;
import io.jgemma.engine.plan.LoadListener;

/** Shows how models load that something else opens. */
public final class LoadingBar {
    private final Console console;

    public LoadingBar(Console console) {
        this.console = console;
    }

    /** {@code options} with a listener that shows the loading. */
    public EngineOptions watched(EngineOptions options) {
        return options.withListener(new LoadListener() {
            private final ProgressBar bar = ProgressBar.of("loading", console);

            @Override
            public void planned(DevicePlan plan) {
                plan.parts().forEach(part -> console.note(EngineOpener.line(part)));
            }

            @Override
            public void loaded(long doneBytes, long totalBytes) {
                bar.update(doneBytes, totalBytes);
                if (doneBytes >= totalBytes) {
                    bar.close();
                }
            }

            @Override
            public void doubtful(String sentence) {
                bar.close();
                console.note("warning: " + sentence);
            }
        });
    }
}
