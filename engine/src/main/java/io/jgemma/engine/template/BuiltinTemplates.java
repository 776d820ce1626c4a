package io.jgemma.engine.template;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.regex.Pattern;

/** Templates for files that carry none, and what is known of templates in the wild. */
public final class BuiltinTemplates {

    private static final Pattern FORMAT_BUG = Pattern.compile("[\"']%sr[\"']\\s*\\|\\s*format");

    private BuiltinTemplates() {}

    /**
     * Gemma 3 with tools, in the format of the guide most users of tools with Gemma follow: a Python list of calls. Roles need
     * not alternate, content may be absent, and arguments of past calls are printed as Python literals.
     */
    public static Template gemma3() {
        return Template.parse("built-in gemma3.jinja", resource("gemma3.jinja"));
    }

    /**
     * Whether a template prints arguments of past calls with {@code "%sr" | format}, a slip for {@code "%r"} that is
     * widely copied: strings lose their quotes and get an {@code r}.
     */
    public static boolean hasFormatBug(String source) {
        return FORMAT_BUG.matcher(source).find();
    }

    private static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(
                BuiltinTemplates.class.getResourceAsStream(name), () -> "the jar lacks its resource " + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
