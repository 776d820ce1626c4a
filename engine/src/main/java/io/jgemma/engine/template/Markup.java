package io.jgemma.engine.template;

/**
 * A string marked as safe by the filters {@code safe} and {@code escape}: joined with a plain string, it escapes that one.
 *
 * @param text the characters
 * @param origins which of them the template wrote
 */
record Markup(String text, Origins origins) {

    /** A computed text. */
    Markup(String text) {
        this(text, Origins.NONE);
    }

    /** A string as it is. */
    static Markup of(Object string) {
        return new Markup(Traced.text(string), Traced.origins(string));
    }

    /** The value as markup, its HTML characters escaped unless it is markup already. */
    static Markup escape(Meter meter, Object value) {
        if (value instanceof Markup markup) {
            return markup;
        }
        Object string = Printer.text(meter, value);
        String text = Traced.text(string);
        TextBuilder out = new TextBuilder(meter);
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            String escaped = switch (text.charAt(i)) {
                case '&' -> "&amp;";
                case '<' -> "&lt;";
                case '>' -> "&gt;";
                case '\'' -> "&#39;";
                case '"' -> "&#34;";
                default -> "";
            };
            if (!escaped.isEmpty()) {
                out.add(string, from, i).plain(escaped);
                from = i + 1;
            }
        }
        return of(out.add(string, from, text.length()).value());
    }
}
