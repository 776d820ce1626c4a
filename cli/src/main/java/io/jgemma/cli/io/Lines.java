package io.jgemma.cli.io;

/** Lines as a terminal may have them. */
public final class Lines {
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private Lines() {}

    /**
     * Text of a file or a model fit for a terminal: what would steer it or hide text is spelled out, e.g. {@code \\u001b}.
     * Line ends stay.
     */
    public static String printable(String text) {
        if (text.codePoints().allMatch(Lines::harmless)) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(point -> {
            if (harmless(point)) {
                out.appendCodePoint(point);
            } else if (point == '\r') {
                out.append("\\r");
            } else {
                out.append(String.format("\\u%04x", point));
            }
        });
        return out.toString();
    }

    /** {@link #printable} on one line. */
    public static String onOneLine(String text) {
        return printable(text.replace("\n", "\\n"));
    }

    private static boolean harmless(int point) {
        if (point == '\n' || point == '\t') {
            return true;
        }
        return switch (Character.getType(point)) {
            case Character.CONTROL, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                false;
            // Joiners are parts of letters and pictures; what turns the direction of text can hide what a line says.
            case Character.FORMAT -> point == 0x200C || point == 0x200D || point == 0xAD;
            default -> true;
        };
    }

    /** The text without the byte order mark that some editors put before it. */
    public static String withoutByteOrderMark(String text) {
        return text.startsWith(BYTE_ORDER_MARK) ? text.substring(BYTE_ORDER_MARK.length()) : text;
    }
}
