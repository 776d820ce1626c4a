package io.jgemma.engine.template;

/**
 * A string marked as safe by the filters {@code safe} and {@code escape}: joined with a plain string, it escapes that one.
 *
 * @param text the characters
 */
record Markup(String text) {

    /** The value as markup, its HTML characters escaped unless it is markup already. */
    static Markup escape(Meter meter, Object value) {
        if (value instanceof Markup markup) {
            return markup;
        }
        String text = Printer.str(meter, value);
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '\'' -> out.append("&#39;");
                case '"' -> out.append("&#34;");
                default -> out.append(c);
            }
        }
        meter.length(out.length());
        return new Markup(out.toString());
    }
}
