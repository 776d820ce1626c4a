package io.jgemma.cli.model;

import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.ProgressBar;
import io.jgemma.cli.io.Sizes;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.plan.DevicePlan;
import io.jgemma.engine.plan.LoadListener;
import io.jgemma.engine.plan.MemoryPlan;
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
            engine = Engine.open(options.withListener(new Listener(console, bar, warnings)));
        }
        engine.embedded().ifPresent(model -> console.paragraph("No model was named. " + model.notice()));
        engine.projectorFile().ifPresent(projector -> console.note("Pictures are read with " + projector + "."));
        warnings.forEach(warning -> console.note("warning: " + warning));
        return engine;
    }

    /** Keeps warnings until the bar is gone; the plan comes before it. */
    private record Listener(Console console, ProgressBar bar, List<String> warnings) implements LoadListener {
        @Override
        public void planned(DevicePlan plan) {
            plan.parts().forEach(part -> console.note(line(part)));
        }

        @Override
        public void loaded(long doneBytes, long totalBytes) {
            bar.update(doneBytes, totalBytes);
        }

        @Override
        public void doubtful(String sentence) {
            warnings.add(sentence);
        }
    }

    static String line(DevicePlan.Part part) {
        String layers = part.layers() == 1
                ? "layer " + part.firstLayer()
                : "layers " + part.firstLayer() + " to " + (part.endLayer() - 1);
        MemoryPlan memory = part.memory();
        String needs = Sizes.bytes(memory.totalBytes()) + " (weights " + Sizes.bytes(memory.weightsBytes())
                + ", K and V " + Sizes.bytes(memory.kvBytes()) + ", buffers " + Sizes.bytes(memory.bufferBytes()) + ")";
        return part.place()
                .map(device -> "GPU " + device.number() + " (" + device.name() + "): " + layers + ", " + needs + " of "
                        + Sizes.bytes(device.freeBytes()) + " free")
                .orElse("CPU: " + layers + ", " + needs);
    }
}
