package io.jgemma.engine.template;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Splits a template into tokens as Jinja2 does with {@code trim_blocks} and {@code lstrip_blocks}: the line end after a
 * block or comment tag is dropped, so is white space between the start of a line and such a tag; {@code -} and {@code +}
 * inside a tag strip more or nothing.
 */
final class Lexer {
    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int pos;
    private int line = 1;

    /** Whether the last match ended a line, so that white space before the next tag stands at a line's start. */
    private boolean lineStarting = true;

    private Lexer(String source) {
        this.source = source;
    }

    /**
     * All tokens of the source, ending with {@link Token.Type#EOF}, or with {@link Token.Type#ERROR} where the source
     * cannot be split further: the parser may find an error before that one.
     */
    static List<Token> tokenize(String source) {
        Lexer lexer = new Lexer(normalize(source));
        try {
            lexer.root();
            lexer.tokens.add(Token.of(Token.Type.EOF, "", lexer.line));
        } catch (PyError e) {
            lexer.tokens.add(Token.of(Token.Type.ERROR, e.detail(), lexer.line));
        }
        return lexer.tokens;
    }

    /** Line ends become {@code \n}; the last one is dropped. */
    private static String normalize(String source) {
        String text = source.replace("\r\n", "\n").replace('\r', '\n');
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }

    private void root() {
        while (pos < source.length()) {
            int tag = nextTag(pos);
            if (tag < 0) {
                data(source.substring(pos), line);
                advance(source.length());
                return;
            }
            int raw = rawBegin(tag);
            char kind = source.charAt(tag + 1);
            int signAt = tag + 2;
            char sign = signAt < source.length() ? source.charAt(signAt) : ' ';
            boolean signed = sign == '-' || sign == '+';
            emitText(source.substring(pos, tag), signed ? sign : ' ', kind == '{');
            advance(tag);
            if (raw >= 0) {
                match(raw);
                rawBody();
            } else {
                match(signed ? signAt + 1 : signAt);
                switch (kind) {
                    case '#' -> comment();
                    case '%' -> tag(Token.Type.BLOCK_BEGIN, Token.Type.BLOCK_END);
                    default -> tag(Token.Type.VARIABLE_BEGIN, Token.Type.VARIABLE_END);
                }
            }
        }
    }

    private int nextTag(int from) {
        for (int i = source.indexOf('{', from); i >= 0; i = source.indexOf('{', i + 1)) {
            if (i + 1 < source.length()) {
                char next = source.charAt(i + 1);
                if (next == '{' || next == '%' || next == '#') {
                    return i;
                }
            }
        }
        return -1;
    }

    /** End of {@code {% raw %}} starting at a tag, or -1. No line end is dropped after it. */
    private int rawBegin(int tag) {
        if (source.charAt(tag + 1) != '%') {
            return -1;
        }
        int i = skipSign(tag + 2);
        i = skipSpace(i);
        if (!source.startsWith("raw", i)) {
            return -1;
        }
        i = skipSpace(i + 3);
        if (source.startsWith("-%}", i)) {
            return skipSpace(i + 3);
        }
        return source.startsWith("%}", i) ? i + 2 : -1;
    }

    private void rawBody() {
        for (int tag = source.indexOf("{%", pos); tag >= 0; tag = source.indexOf("{%", tag + 2)) {
            int i = skipSign(tag + 2);
            char sign = i > tag + 2 ? source.charAt(tag + 2) : ' ';
            i = skipSpace(i);
            if (!source.startsWith("endraw", i)) {
                continue;
            }
            int end = blockEnd(skipSpace(i + 6));
            if (end < 0) {
                continue;
            }
            emitText(source.substring(pos, tag), sign, false);
            advance(tag);
            match(end);
            return;
        }
        throw PyError.syntax("Missing end of raw directive", line);
    }

    private void comment() {
        int end = source.indexOf("#}", pos);
        if (end < 0) {
            throw PyError.syntax("Missing end of comment tag", line);
        }
        int next = end + 2;
        char sign = end > pos ? source.charAt(end - 1) : ' ';
        if (sign == '-') {
            next = skipSpace(next);
        } else if (sign != '+' && next < source.length() && source.charAt(next) == '\n') {
            next++;
        }
        match(next);
    }

    /** The text before a tag, stripped as the tag's sign and the line position ask. */
    private void emitText(String text, char sign, boolean variable) {
        String kept = text;
        if (sign == '-') {
            kept = Text.strip(text, null, false, true);
        } else if (sign != '+' && !variable) {
            int lineStart = text.lastIndexOf('\n') + 1;
            if ((lineStart > 0 || lineStarting) && Text.isSpace(text.substring(lineStart))) {
                kept = text.substring(0, lineStart);
            }
        }
        data(kept, line);
    }

    private void data(String text, int at) {
        if (!text.isEmpty()) {
            tokens.add(Token.of(Token.Type.DATA, text, at));
        }
    }

    /** The inside of a {@code {% %}} or {@code {{ }}} tag. */
    private void tag(Token.Type begin, Token.Type end) {
        tokens.add(Token.of(begin, "", line));
        Deque<Character> open = new ArrayDeque<>();
        while (pos < source.length()) {
            if (open.isEmpty()) {
                int after = begin == Token.Type.BLOCK_BEGIN ? blockEnd(pos) : variableEnd(pos);
                if (after >= 0) {
                    tokens.add(Token.of(end, "", line));
                    match(after);
                    return;
                }
            }
            expressionToken(open);
        }
    }

    private int blockEnd(int at) {
        if (source.startsWith("-%}", at)) {
            return skipSpace(at + 3);
        }
        if (source.startsWith("+%}", at)) {
            return at + 3;
        }
        if (!source.startsWith("%}", at)) {
            return -1;
        }
        return at + 2 < source.length() && source.charAt(at + 2) == '\n' ? at + 3 : at + 2;
    }

    private int variableEnd(int at) {
        if (source.startsWith("-}}", at)) {
            return skipSpace(at + 3);
        }
        return source.startsWith("}}", at) ? at + 2 : -1;
    }

    private void expressionToken(Deque<Character> open) {
        char c = source.charAt(pos);
        if (Text.isSpace(c)) {
            match(skipSpace(pos));
        } else if (Literals.isDigit(c) && number()) {
            lineStarting = false;
        } else if (Literals.isNamePart(source.codePointAt(pos))) {
            name();
        } else if (c == '\'' || c == '"') {
            string(c);
        } else {
            operator(c, open);
        }
    }

    private boolean number() {
        int end = Literals.floatEnd(source, pos);
        if (end > 0) {
            double value = Double.parseDouble(source.substring(pos, end).replace("_", ""));
            tokens.add(new Token(Token.Type.FLOAT, source.substring(pos, end), value, line));
        } else {
            end = Literals.integerEnd(source, pos);
            if (end < 0) {
                return false;
            }
            String text = source.substring(pos, end);
            tokens.add(new Token(Token.Type.INTEGER, text, Literals.integer(text, line), line));
        }
        match(end);
        return true;
    }

    private void name() {
        int end = pos;
        while (end < source.length() && Literals.isNamePart(source.codePointAt(end))) {
            end += Character.charCount(source.codePointAt(end));
        }
        String name = source.substring(pos, end);
        if (!Literals.isIdentifier(name)) {
            throw PyError.syntax("Invalid character in identifier", line);
        }
        tokens.add(Token.of(Token.Type.NAME, name, line));
        match(end);
    }

    private void string(char quote) {
        int i = pos + 1;
        while (i < source.length() && source.charAt(i) != quote) {
            i += source.charAt(i) == '\\' ? 2 : 1;
        }
        if (i >= source.length()) {
            throw unexpected(quote);
        }
        tokens.add(Token.of(Token.Type.STRING, Literals.unescape(source.substring(pos + 1, i), line), line));
        match(i + 1);
    }

    private void operator(char c, Deque<Character> open) {
        String two = source.substring(pos, Math.min(pos + 2, source.length()));
        String operator = switch (two) {
            case "//", "**", "==", "!=", ">=", "<=" -> two;
            default -> String.valueOf(c);
        };
        if (operator.length() == 1 && "+-/*%~[](){}><=.:|,;".indexOf(c) < 0) {
            throw unexpected(source.codePointAt(pos));
        }
        switch (c) {
            case '(' -> open.push(')');
            case '[' -> open.push(']');
            case '{' -> open.push('}');
            case ')', ']', '}' -> {
                if (open.isEmpty()) {
                    throw PyError.syntax("unexpected '" + c + "'", line);
                }
                char expected = open.pop();
                if (expected != c) {
                    throw PyError.syntax("unexpected '" + c + "', expected '" + expected + "'", line);
                }
            }
            default -> {}
        }
        tokens.add(Token.of(Token.Type.OPERATOR, operator, line));
        match(pos + operator.length());
    }

    private PyError unexpected(int codePoint) {
        int at = source.codePointCount(0, pos);
        return PyError.syntax("unexpected char " + Printer.quote(Character.toString(codePoint)) + " at " + at, line);
    }

    private int skipSign(int at) {
        return at < source.length() && (source.charAt(at) == '-' || source.charAt(at) == '+') ? at + 1 : at;
    }

    private int skipSpace(int at) {
        int i = at;
        while (i < source.length() && Text.isSpace(source.charAt(i))) {
            i++;
        }
        return i;
    }

    /** Moves on over something matched: what it ends with decides whether a line starts here. */
    private void match(int end) {
        lineStarting = end > pos && source.charAt(end - 1) == '\n';
        advance(end);
    }

    private void advance(int end) {
        for (int i = pos; i < end; i++) {
            if (source.charAt(i) == '\n') {
                line++;
            }
        }
        pos = end;
    }
}
