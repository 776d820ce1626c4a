package io.jgemma.cli.markdown;

import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jline.utils.WCWidth;

/**
 * Puts text on lines of a terminal so that no word is cut. A word may consist of pieces with different looks, and is held back until white space, a line's
 * end or a wide character shows that it is whole. Where a word is longer than a line, the terminal cuts it. Not thread-safe.
 */
final class WordWrap {
    private static final int TAB = 4;

    private final int width;
    private final Consumer<String> out;
    private final StringBuilder word = new StringBuilder();
    private int wordWidth;
    private int spaces;
    private int column;
    private String indent = "";
    private int indentWidth;

    /**
     * Writes to {@code out}.
     *
     * @param width columns of the terminal; 0 = unknown, nothing wraps
     */
    WordWrap(int width, Consumer<String> out) {
        this.width = width;
        this.out = out;
    }

    /** What stands before each line that a wrap begins, until the line ends. */
    void indent(String looks, int columns) {
        indent = looks;
        indentWidth = columns;
    }

    /** Text in one look; spaces in it may become ends of lines. */
    void text(String text, UnaryOperator<String> look) {
        int from = 0;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int point = text.codePointAt(i);
            boolean space = point == ' ' || point == '\t';
            boolean wide = WCWidth.wcwidth(point) > 1;
            if (!space && !wide) {
                continue;
            }
            piece(text.substring(from, i), look);
            place();
            from = i + Character.charCount(point);
            if (space) {
                spaces += point == '\t' ? TAB : 1;
            } else {
                piece(text.substring(i, from), look);
                place();
            }
        }
        piece(text.substring(from), look);
    }

    /** Text that stays as it is, on the line that is being written. */
    void verbatim(String text, UnaryOperator<String> look) {
        place();
        out.accept(" ".repeat(spaces));
        column += spaces + columns(text);
        spaces = 0;
        out.accept(look.apply(text));
    }

    private void piece(String text, UnaryOperator<String> look) {
        if (!text.isEmpty()) {
            word.append(look.apply(text));
            wordWidth += columns(text);
        }
    }

    /** Writes the word that is whole now. */
    private void place() {
        if (word.isEmpty()) {
            return;
        }
        if (width > 0 && column > indentWidth && column + spaces + wordWidth > width) {
            out.accept("\n" + indent);
            column = indentWidth;
            spaces = 0;
        }
        out.accept(" ".repeat(spaces) + word);
        column += spaces + wordWidth;
        spaces = 0;
        wordWidth = 0;
        word.setLength(0);
    }

    /** Ends the line. */
    void newLine() {
        place();
        spaces = 0;
        out.accept("\n");
        column = 0;
        indent("", 0);
    }

    private static int columns(String text) {
        return text.codePoints()
                .map(point -> Math.max(0, WCWidth.wcwidth(point)))
                .sum();
    }
}
