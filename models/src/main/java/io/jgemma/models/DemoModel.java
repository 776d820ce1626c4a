package io.jgemma.models;

import io.jgemma.engine.model.EmbeddedModel;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;

/** The small model that is shipped, so that a first chat needs no download. */
public final class DemoModel implements EmbeddedModel {

    private static final String RESOURCE = "jgemma-demo-q4_0.gguf";
    private static final String PROJECTOR = "mmproj-jgemma-demo-f16.gguf";

    @Override
    public String name() {
        return "jgemma demo";
    }

    @Override
    public String notice() {
        return "This is jgemma's embedded demo model: 7 million parameters, good for first steps, often wrong. "
                + "jgemma pull --list shows models for real work; one of them, or a GGUF file of your own, is "
                + "named so: jgemma chat NAME";
    }

    @Override
    public InputStream open() {
        return resource(RESOURCE);
    }

    @Override
    public Optional<InputStream> openProjector() {
        return Optional.of(resource(PROJECTOR));
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(
                DemoModel.class.getResourceAsStream(name), () -> "the jar lacks its resource " + name);
    }
}
