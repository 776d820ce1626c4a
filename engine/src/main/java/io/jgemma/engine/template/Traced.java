package io.jgemma.engine.template;

/**
 * A string some of whose characters the template wrote itself, as opposed to a plain {@code String}, all of which came from
 * the context or was computed. Control tokens count only in what the template wrote, so an operation that does not know
 * where its characters come from returns a plain string: that can cost a template a marker, and never makes one of what a
 * person typed.
 *
 * @param text the characters
 * @param origins which of them the template wrote; never empty
 */
record Traced(String text, Origins origins) {

    /** A string, plain if the template wrote nothing of it. */
    static Object of(String text, Origins origins) {
        return origins.isEmpty() ? text : new Traced(text, origins);
    }

    /** A string that stands in the template. */
    static Object literal(String text) {
        return of(text, Origins.all(text.length()));
    }

    /** Where the characters of a string, traced or markup or not, come from. */
    static Origins origins(Object string) {
        return switch (string) {
            case Traced traced -> traced.origins();
            case Markup markup -> markup.origins();
            default -> Origins.NONE;
        };
    }

    /** The characters of a string. */
    static String text(Object string) {
        return switch (string) {
            case Traced traced -> traced.text();
            case Markup markup -> markup.text();
            default -> (String) string;
        };
    }

    /** The units {@code [from, to)} of a string; markup stays markup. */
    static Object slice(Object string, int from, int to) {
        String part = text(string).substring(from, to);
        Origins origins = origins(string).slice(from, to);
        return string instanceof Markup ? new Markup(part, origins) : of(part, origins);
    }

    /**
     * A string of as many characters, each made of the one in the same place. Only of ASCII that is known without looking;
     * of other texts the origins are forgotten.
     */
    static Object mapped(Object string, String mapped) {
        String text = text(string);
        boolean inPlace = mapped.length() == text.length() && text.chars().allMatch(c -> c < 0x80);
        Origins origins = inPlace ? origins(string) : Origins.NONE;
        return string instanceof Markup ? new Markup(mapped, origins) : of(mapped, origins);
    }
}
