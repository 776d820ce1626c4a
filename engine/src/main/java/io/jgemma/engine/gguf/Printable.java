package io.jgemma.engine.gguf;

/** Makes strings from a file fit for one line of a terminal. */
final class Printable {
    private static final int NAME_CHARACTERS = 80;

    private Printable() {}

    /** A name in quotes, escaped, and cut if it is very long. */
    static String name(String name) {
        return quote(name, NAME_CHARACTERS);
    }

    /** At most {@code limit} characters of {@code text} in quotes, escaped. */
    static String quote(String text, int limit) {
        boolean whole = text.length() <= limit;
        return '\'' + escape(whole ? text : text.substring(0, limit)) + (whole ? "'" : "...'");
    }

    /** Replaces what would break the line or steer a terminal: control characters, separators, unpaired surrogates. */
    static String escape(String text) {
        StringBuilder out = null;
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            int length = Character.charCount(point);
            if (isHarmless(point)) {
                if (out != null) {
                    out.appendCodePoint(point);
                }
            } else {
                if (out == null) {
                    out = new StringBuilder(text.length() + 16).append(text, 0, i);
                }
                appendEscape(out, point);
            }
            i += length;
        }
        return out == null ? text : out.toString();
    }

    private static boolean isHarmless(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static void appendEscape(StringBuilder out, int point) {
        switch (point) {
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> out.append(String.format("\\u%04x", point));
        }
    }
}
