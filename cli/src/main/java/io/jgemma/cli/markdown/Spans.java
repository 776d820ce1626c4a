package io.jgemma.cli.markdown;

import io.jgemma.cli.io.Style;
import java.util.function.UnaryOperator;

/** Emphasis and code within a line. */
final class Spans {
    private static final String MARKS = "`*_~";
    private static final String ESCAPABLE = "\\`*_{}[]()#+-.!~>|";

    private final Style style;
    private final WordWrap wrap;
    private final int longest;

    /** What stands before the part of the line that is left. */
    private char before = ' ';

    /**
     * Shows on {@code wrap}.
     *
     * @param longest characters that may wait for a span's end
     */
    Spans(Style style, WordWrap wrap, int longest) {
        this.style = style;
        this.wrap = wrap;
        this.longest = longest;
    }

    /**
     * Shows what is decided of a line and deletes it there.
     *
     * @param look of what has no look of its own
     * @param whole whether the line ends here
     */
    void show(StringBuilder line, UnaryOperator<String> look, boolean whole) {
        if (!style.on()) {
            wrap.text(line.toString(), look);
            line.setLength(0);
            return;
        }
        int done = 0;
        int at = 0;
        while (at < line.length()) {
            char c = line.charAt(at);
            if (c == '\\') {
                if (at + 1 == line.length() && !whole) {
                    break;
                }
                if (at + 1 < line.length() && ESCAPABLE.indexOf(line.charAt(at + 1)) >= 0) {
                    wrap.text(line.substring(done, at), look);
                    wrap.text(line.substring(at + 1, at + 2), look);
                    at += 2;
                    done = at;
                    continue;
                }
            }
            if (MARKS.indexOf(c) < 0) {
                at++;
                continue;
            }
            int run = run(line, at);
            if (at + run == line.length() && !whole) {
                break;
            }
            int end = opens(line, at, run) ? closing(line, at, run, whole) : -1;
            if (end >= 0) {
                wrap.text(line.substring(done, at), look);
                span(line.substring(at + run, end), c, run, look);
                at = end + run;
                done = at;
            } else if (!whole && opens(line, at, run) && line.length() <= farthest(at, run)) {
                break;
            } else {
                at += run;
            }
        }
        wrap.text(line.substring(done, at), look);
        if (whole) {
            before = ' ';
        } else if (at > 0) {
            before = line.charAt(at - 1);
        }
        line.delete(0, at);
    }

    private void span(String text, char mark, int run, UnaryOperator<String> look) {
        UnaryOperator<String> own = switch (mark) {
            case '`' -> style::cyan;
            case '~' -> style::dim;
            default -> run == 1 ? style::italic : style::bold;
        };
        UnaryOperator<String> both = piece -> look.apply(own.apply(piece));
        if (mark == '`') {
            wrap.text(text, both);
        } else {
            // Code and emphasis within emphasis, e.g. bold words with a name in code.
            char outer = before;
            before = ' ';
            show(new StringBuilder(text), both, true);
            before = outer;
        }
    }

    private static int run(CharSequence line, int at) {
        int end = at;
        while (end < line.length() && line.charAt(end) == line.charAt(at)) {
            end++;
        }
        return end - at;
    }

    /** Whether marks may begin a span: text follows, and for emphasis none stands before. */
    private boolean opens(CharSequence line, int at, int run) {
        char mark = line.charAt(at);
        boolean follows = at + run < line.length() && !Character.isWhitespace(line.charAt(at + run));
        if (mark == '`') {
            return at + run < line.length();
        }
        boolean inWord = Character.isLetterOrDigit(at > 0 ? line.charAt(at - 1) : before);
        return follows && !inWord && run <= 3 && (mark != '~' || run == 2);
    }

    /** Where the marks stand that end what begins at {@code at}; -1 if nowhere so far. What comes behind them has to be known. */
    private int closing(CharSequence line, int at, int run, boolean whole) {
        char mark = line.charAt(at);
        int last = farthest(at, run);
        for (int i = at + run; i < Math.min(line.length(), last); i++) {
            if (line.charAt(i) != mark) {
                continue;
            }
            int length = run(line, i);
            int end = i + length;
            boolean known = end < line.length() ? end < last : whole && end <= last;
            boolean afterText = mark == '`' || !Character.isWhitespace(line.charAt(i - 1));
            boolean beforeWord = mark == '_' && end < line.length() && Character.isLetterOrDigit(line.charAt(end));
            if (known && length == run && afterText && !beforeWord) {
                return i;
            }
            i = end - 1;
        }
        return -1;
    }

    private int farthest(int at, int run) {
        return at + run + longest;
    }
}
