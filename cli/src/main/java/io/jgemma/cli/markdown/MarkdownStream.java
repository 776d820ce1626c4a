package io.jgemma.cli.markdown;

import io.jgemma.cli.io.Lines;
import io.jgemma.cli.io.Style;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Markdown that comes in pieces, as text with looks: headings, lists, quotes, code, emphasis. A mark counts only with its counterpart on the same line, so
 * no character of the answer is lost to a mark that was none; what has to wait for it is short. Tables, links and HTML stay as they are written. Not
 * thread-safe.
 *
 * <p>What would steer a terminal is spelled out ({@link Lines#printable}).
 */
public final class MarkdownStream {
    /** Characters that may wait for the end of emphasis or of code within a line. */
    private static final int LONGEST_SPAN = 200;

    private static final Pattern HEADING = Pattern.compile("(#{1,6}) +");
    private static final Pattern BULLET = Pattern.compile("( *)[-*+] +");
    private static final Pattern NUMBER = Pattern.compile(" *\\d{1,9}[.)] +");
    private static final Pattern QUOTE = Pattern.compile(" {0,3}> ?");
    private static final Pattern FENCE = Pattern.compile(" {0,3}(`{3,}|~{3,})[^`]*");

    private static final int RULE_COLUMNS = 40;
    private static final int RULE_MARKS = 3;
    private static final int LONGEST_NUMBER = 12;

    private final Style style;
    private final WordWrap wrap;
    private final Spans spans;
    private final StringBuilder line = new StringBuilder();
    private boolean begun;
    private String fence = "";
    private UnaryOperator<String> look = UnaryOperator.identity();

    /**
     * Writes to {@code out}.
     *
     * @param width columns of the terminal; 0 = unknown, nothing wraps
     */
    public MarkdownStream(Style style, int width, Consumer<String> out) {
        this.style = style;
        wrap = new WordWrap(width, out);
        spans = new Spans(style, wrap, LONGEST_SPAN);
    }

    /** The next piece. */
    public void text(String piece) {
        String text = Lines.printable(piece);
        int from = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
            line.append(text, from, end);
            finishLine();
            from = end + 1;
        }
        line.append(text, from, text.length());
        advance();
    }

    /** The text is over. */
    public void end() {
        if (begun || !line.isEmpty()) {
            finishLine();
        }
        fence = "";
    }

    /** Shows what can be shown of a line that may go on. */
    private void advance() {
        if (!begun) {
            if (fence.isEmpty() ? undecided() : mayEndCode()) {
                return;
            }
            begin();
        }
        body(false);
    }

    /** Whether what the line is hangs on what comes next. */
    private boolean undecided() {
        String text = line.toString().stripLeading();
        if (text.isEmpty()) {
            return true;
        }
        char first = text.charAt(0);
        return switch (first) {
            case '#' -> isRun(text, '#');
            case '-', '*', '+', '_' -> text.chars().allMatch(c -> c == first || c == ' ');
            case '>' -> text.length() == 1 || text.equals("> ");
            case '`', '~' -> isRun(text, first) || FENCE.matcher(line).matches();
            default -> first >= '0' && first <= '9' && text.length() < LONGEST_NUMBER && number(text);
        };
    }

    private static boolean number(String text) {
        int digits = 0;
        while (digits < text.length() && Character.isDigit(text.charAt(digits))) {
            digits++;
        }
        String rest = text.substring(digits);
        return rest.isEmpty()
                || (".)".indexOf(rest.charAt(0)) >= 0 && rest.substring(1).isBlank());
    }

    /** Whether a text is a run of one character, with nothing but spaces behind it. */
    private static boolean isRun(String text, char mark) {
        int run = 0;
        while (run < text.length() && text.charAt(run) == mark) {
            run++;
        }
        return text.substring(run).isBlank();
    }

    /** Whether the line so far may be the end of a block of code. */
    private boolean mayEndCode() {
        String text = line.toString().strip();
        return fence.startsWith(text) || isFenceEnd(text);
    }

    private boolean isFenceEnd(String text) {
        return text.length() >= fence.length() && text.chars().allMatch(c -> c == fence.charAt(0));
    }

    private void finishLine() {
        if (!begun) {
            if (fenceLine()) {
                return;
            }
            if (fence.isEmpty() && style.on() && isRule()) {
                wrap.verbatim("─".repeat(RULE_COLUMNS), style::dim);
                line.setLength(0);
            } else {
                begin();
            }
        }
        body(true);
        wrap.newLine();
        begun = false;
        look = UnaryOperator.identity();
    }

    /** Whether the line is three or more of one mark, with any spaces. */
    private boolean isRule() {
        String marks = line.toString().replace(" ", "");
        return marks.length() >= RULE_MARKS
                && "-*_".indexOf(marks.charAt(0)) >= 0
                && marks.chars().allMatch(c -> c == marks.charAt(0));
    }

    /** Whether the line begins or ends a block of code. */
    private boolean fenceLine() {
        Matcher mark = FENCE.matcher(line);
        if (!mark.matches() || !(fence.isEmpty() || isFenceEnd(line.toString().strip()))) {
            return false;
        }
        fence = fence.isEmpty() ? mark.group(1) : "";
        wrap.verbatim(line.toString(), style::dim);
        wrap.newLine();
        line.setLength(0);
        return true;
    }

    /** Decides what the line is, and shows what it begins with. */
    private void begin() {
        begun = true;
        if (!fence.isEmpty() || !style.on()) {
            return;
        }
        Matcher mark = HEADING.matcher(line);
        if (mark.lookingAt()) {
            look = style::bold;
            line.delete(0, mark.end());
            return;
        }
        mark = BULLET.matcher(line);
        if (mark.lookingAt()) {
            prefix(mark.group(1) + "• ", " ".repeat(mark.group(1).length() + 2), mark.end());
            return;
        }
        mark = NUMBER.matcher(line);
        if (mark.lookingAt()) {
            prefix(mark.group(), " ".repeat(mark.end()), mark.end());
            return;
        }
        mark = QUOTE.matcher(line);
        if (mark.lookingAt()) {
            prefix("│ ", "│ ", mark.end());
        }
    }

    private void prefix(String shown, String indent, int length) {
        wrap.verbatim(shown, style::dim);
        wrap.indent(style.dim(indent), indent.length());
        line.delete(0, length);
    }

    private void body(boolean whole) {
        if (!fence.isEmpty()) {
            wrap.verbatim(line.toString(), style::cyan);
            line.setLength(0);
        } else {
            spans.show(line, look, whole);
        }
    }
}
