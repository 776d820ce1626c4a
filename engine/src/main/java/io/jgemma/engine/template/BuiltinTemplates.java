package io.jgemma.engine.template;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Templates for model files that bring none. */
public final class BuiltinTemplates {
    private static final String GEMMA = "gemma3";

    private static final List<String> NAMES =
            List.of("chatml", "gemma", GEMMA, "llama2", "llama3", "mistral-v1", "vicuna", "zephyr");

    private BuiltinTemplates() {}

    /** Names of all templates. */
    public static List<String> names() {
        return NAMES;
    }

    /** The Jinja source of a template; empty for a name that is none of {@link #names}. */
    public static Optional<String> source(String name) {
        return NAMES.contains(name)
                ? Optional.of(read((name.equals("gemma") ? GEMMA : name) + ".jinja"))
                : Optional.empty();
    }

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
