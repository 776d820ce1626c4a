package io.jgemma.engine.template;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Templates for model files that bring none. */
public final class BuiltinTemplates {
    private BuiltinTemplates() {}

    /**
     * Gemma 3 with tools, images and tool answers. Unlike the template that Google ships, it takes tools, consecutive
     * messages of one role (clients send each attachment as a user message of its own) and messages without content.
     * Arguments of past calls are printed as Python literals, as the model is asked to write them.
     */
    public static Template gemma3() {
        return Template.parse("built-in gemma3", read("gemma3.jinja"));
    }

    private static String read(String resource) {
        try (InputStream in = BuiltinTemplates.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + resource + " is missing from this build of jgemma");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the resource " + resource, e);
        }
    }
}
