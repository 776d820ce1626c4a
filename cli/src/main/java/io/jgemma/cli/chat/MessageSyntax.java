package io.jgemma.cli.chat;

/**
 * How a message may span lines: a backslash at the end of a line continues it on the next, and what begins with
 * {@code """} goes on until a line ends with {@code """}.
 */
final class MessageSyntax {
    private static final String FENCE = "\"\"\"";

    private MessageSyntax() {}

    /** Whether the lines read so far, joined by line ends, are a whole message. */
    static boolean complete(String text) {
        String stripped = text.strip();
        if (stripped.startsWith(FENCE)) {
            return stripped.length() >= 2 * FENCE.length() && stripped.endsWith(FENCE);
        }
        return !continued(text);
    }

    /** What a whole text stands for. An unfinished one (the input ended) is taken as far as it goes. */
    static ChatTerminal.Input.Message message(String text) {
        String stripped = text.strip();
        if (stripped.startsWith(FENCE)) {
            boolean closed = stripped.length() >= 2 * FENCE.length() && stripped.endsWith(FENCE);
            String inner = stripped.substring(FENCE.length(), stripped.length() - (closed ? FENCE.length() : 0));
            return new ChatTerminal.Input.Message(inner.strip(), true);
        }
        StringBuilder message = new StringBuilder(text.length());
        for (String line : text.split("\n", -1)) {
            boolean continued = continued(line);
            message.append(continued ? line.substring(0, line.length() - 1) : line)
                    .append('\n');
        }
        return new ChatTerminal.Input.Message(message.toString().strip(), false);
    }

    /** A line that ends with an odd number of backslashes goes on. */
    private static boolean continued(String text) {
        int backslashes = 0;
        while (backslashes < text.length() && text.charAt(text.length() - 1 - backslashes) == '\\') {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }
}
