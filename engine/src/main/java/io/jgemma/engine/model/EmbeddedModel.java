package io.jgemma.engine.model;

import java.io.InputStream;
import java.util.Optional;

/** A model shipped inside a jar, used when no model is named. Found through {@link java.util.ServiceLoader}. */
public interface EmbeddedModel {

    /** Name for people and messages, e.g. {@code "jgemma demo"}. */
    String name();

    /** What a user should know about it: how able it is, and where to get a bigger one. */
    String notice();

    /** The GGUF file's bytes. The caller closes the stream. */
    InputStream open();

    /** The bytes of its projector for pictures, if it has one. The caller closes the stream. */
    default Optional<InputStream> openProjector() {
        return Optional.empty();
    }
}
