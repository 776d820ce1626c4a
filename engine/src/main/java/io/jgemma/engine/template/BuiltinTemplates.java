package io.jgemma.engine.template;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Templates for model files that bring none. */
public final class BuiltinTemplates {
    private BuiltinTemplates() {}

    /**
     * The template of a name, which is that of an architecture.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Template named(String name) {
        return Template.parse("built-in " + name, read(name + ".jinja"));
    }

    private static String read(String resource) {
        try (InputStream in = BuiltinTemplates.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalArgumentException("jgemma has no built-in chat template " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the resource " + resource, e);
        }
    }
}
