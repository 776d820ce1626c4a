package io.jgemma.engine.chat;

import java.util.Locale;

/**
 * Reads one quoted string as Python and JSON write them, character by character, beginning after the opening quote.
 *
 * <p>Single, double and triple quotes. Escapes: {@code \\ \' \" \a \b \f \n \r \t \v}, octal {@code \o \oo \ooo},
 * {@code \xhh}, <code>&#92;uhhhh</code>, {@code \Uhhhhhhhh}, {@code \N{NAME}} with Unicode's names (but those of Hangul
 * syllables), and a line end, which is left out; any other {@code \c} stays as it is, as in Python. Line ends may stand in
 * every string, for models do not always escape them.
 */
final class StringReader {
    private static final int MAX_NAME_CHARS = 100;
    private static final String SIMPLE = "\\'\"abfnrtv";
    private static final String SIMPLE_VALUES = "\\'\"\u0007\b\f\n\r\t\u000b";

    private enum State {
        OPENED,
        OPENED_TWICE,
        BODY,
        ESCAPE,
        RAW_ESCAPE,
        LINE_CONTINUED,
        HEX,
        OCTAL,
        NAME_OPEN,
        NAME
    }

    private final char quote;
    private final boolean raw;
    private final boolean slashEscape;
    private final StringBuilder text;
    private final StringBuilder name = new StringBuilder();
    private State state = State.OPENED;
    private boolean triple;
    private int closing;
    private int digits;
    private int code;

    /**
     * A string.
     *
     * @param quote the opening quote, which was read
     * @param raw whether backslashes are ordinary characters
     * @param slashEscape whether {@code \/} is {@code /}, as in JSON
     * @param text where the string's characters go
     */
    StringReader(char quote, boolean raw, boolean slashEscape, StringBuilder text) {
        this.quote = quote;
        this.raw = raw;
        this.slashEscape = slashEscape;
        this.text = text;
    }

    Progress push(char c) {
        return switch (state) {
            case OPENED -> opened(c);
            case OPENED_TWICE -> openedTwice(c);
            case BODY -> body(c);
            case ESCAPE -> escape(c);
            case RAW_ESCAPE -> plain(c);
            case LINE_CONTINUED -> lineContinued(c);
            case HEX -> hex(c);
            case OCTAL -> octal(c);
            case NAME_OPEN -> nameOpen(c);
            case NAME -> name(c);
        };
    }

    private Progress opened(char c) {
        if (c == quote) {
            state = State.OPENED_TWICE;
            return Progress.MORE;
        }
        state = State.BODY;
        return body(c);
    }

    private Progress openedTwice(char c) {
        if (c != quote) {
            return Progress.DONE_BEFORE;
        }
        triple = true;
        state = State.BODY;
        return Progress.MORE;
    }

    private Progress body(char c) {
        if (c == quote) {
            closing++;
            return closing == (triple ? 3 : 1) ? Progress.DONE : Progress.MORE;
        }
        text.repeat(quote, closing);
        closing = 0;
        if (c == '\\') {
            if (raw) {
                text.append(c);
            }
            state = raw ? State.RAW_ESCAPE : State.ESCAPE;
            return Progress.MORE;
        }
        return plain(c);
    }

    private Progress plain(char c) {
        text.append(c);
        state = State.BODY;
        return Progress.MORE;
    }

    private Progress escape(char c) {
        int simple = SIMPLE.indexOf(c);
        if (simple >= 0) {
            return plain(SIMPLE_VALUES.charAt(simple));
        }
        switch (c) {
            case '\n' -> state = State.BODY;
            case '\r' -> state = State.LINE_CONTINUED;
            case 'x' -> digits(State.HEX, 2);
            case 'u' -> digits(State.HEX, 4);
            case 'U' -> digits(State.HEX, 8);
            case 'N' -> state = State.NAME_OPEN;
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                digits(State.OCTAL, 2);
                code = c - '0';
            }
            default -> {
                if (c != '/' || !slashEscape) {
                    text.append('\\');
                }
                return plain(c);
            }
        }
        return Progress.MORE;
    }

    private Progress lineContinued(char c) {
        state = State.BODY;
        return c == '\n' ? Progress.MORE : body(c);
    }

    private void digits(State kind, int count) {
        state = kind;
        digits = count;
        code = 0;
    }

    private Progress hex(char c) {
        int digit = c < 0x80 ? Character.digit(c, 16) : -1;
        // Eight digits may exceed an int; no code point needs the topmost bits.
        if (digit < 0 || code > Character.MAX_CODE_POINT >> 4) {
            return Progress.FAIL;
        }
        code = code * 16 + digit;
        digits--;
        return digits == 0 ? codePoint() : Progress.MORE;
    }

    private Progress octal(char c) {
        if (c < '0' || c > '7') {
            codePoint();
            return body(c);
        }
        code = code * 8 + (c - '0');
        digits--;
        return digits == 0 ? codePoint() : Progress.MORE;
    }

    private Progress codePoint() {
        text.appendCodePoint(code);
        state = State.BODY;
        return Progress.MORE;
    }

    private Progress nameOpen(char c) {
        state = State.NAME;
        name.setLength(0);
        return c == '{' ? Progress.MORE : Progress.FAIL;
    }

    private Progress name(char c) {
        if (c != '}') {
            name.append(c);
            return name.length() > MAX_NAME_CHARS ? Progress.FAIL : Progress.MORE;
        }
        try {
            // Java names these by their block; Unicode by what they are.
            String unicode = name.toString().toUpperCase(Locale.ROOT);
            code = Character.codePointOf(unicode.replace("CJK UNIFIED IDEOGRAPH-", "CJK UNIFIED IDEOGRAPHS "));
        } catch (IllegalArgumentException e) {
            return Progress.FAIL;
        }
        return codePoint();
    }
}
