package io.jgemma.cli.io;

import java.util.Map;

/**
 * Looks of text on a terminal, or none. Honours {@code NO_COLOR} (no-color.org) and {@code TERM=dumb}.
 *
 * @param on whether escape sequences are written at all
 */
public record Style(boolean on) {
    private static final String ESCAPE = "\u001b[";
    private static final String RESET = ESCAPE + "0m";

    /** Text as it is. */
    public static Style plain() {
        return new Style(false);
    }

    /** Looks where a terminal shows them and nobody asked for none. */
    public static Style of(boolean terminal, Map<String, String> environment) {
        boolean refused = !environment.getOrDefault("NO_COLOR", "").isEmpty()
                || environment.getOrDefault("TERM", "").equals("dumb");
        return new Style(terminal && !refused);
    }

    /** Text that steps back behind the answer. */
    public String dim(String text) {
        return wrap("2m", text);
    }

    /** Text that stands out. */
    public String bold(String text) {
        return wrap("1m", text);
    }

    /** Text with an emphasis of its own. */
    public String italic(String text) {
        return wrap("3m", text);
    }

    /** Text of code. */
    public String cyan(String text) {
        return wrap("36m", text);
    }

    /** Text of a prompt. */
    public String green(String text) {
        return wrap("32m", text);
    }

    /** Text of an error. */
    public String red(String text) {
        return wrap("31m", text);
    }

    private String wrap(String code, String text) {
        return on && !text.isEmpty() ? ESCAPE + code + text + RESET : text;
    }
}
