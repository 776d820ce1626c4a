package io.jgemma.engine.grammar.gbnf;

import io.jgemma.engine.grammar.regex.CodePoints;
import io.jgemma.engine.grammar.spec.GrammarException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads GBNF: {@code name ::= expression}, a rule a line, comments after {@code #}. */
final class GbnfParser {
    private static final int MAX_DEPTH = 200;
    private static final int MAX_REPEAT = 100_000;

    private final String text;
    private final Map<String, Expr> rules = new LinkedHashMap<>();
    private int at;
    private int depth;

    private GbnfParser(String text) {
        this.text = text;
    }

    /** The rules by name. */
    static Map<String, Expr> parse(String text) {
        GbnfParser parser = new GbnfParser(text);
        parser.space(true);
        while (parser.at < text.length()) {
            parser.rule();
        }
        return parser.rules;
    }

    private String location() {
        int line = 1;
        int column = 1;
        for (int i = 0; i < Math.min(at, text.length()); i++) {
            boolean end = text.charAt(i) == '\n';
            line += end ? 1 : 0;
            column = end ? 1 : column + 1;
        }
        return "line " + line + ", column " + column;
    }

    private GrammarException error(String reason) {
        return GrammarException.malformed(location(), reason);
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private void space(boolean lines) {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '#') {
                while (at < text.length() && text.charAt(at) != '\n' && text.charAt(at) != '\r') {
                    at++;
                }
            } else if (c == ' ' || c == '\t' || (lines && (c == '\n' || c == '\r'))) {
                at++;
            } else {
                return;
            }
        }
    }

    private static boolean isWord(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }

    private String name() {
        int begin = at;
        while (isWord(peek())) {
            at++;
        }
        if (begin == at) {
            throw error("expected a rule's name" + (at < text.length() ? ", got '" + peek() + "'" : ""));
        }
        return text.substring(begin, at);
    }

    private void rule() {
        String name = name();
        space(false);
        if (!text.startsWith("::=", at)) {
            throw error("expected ::= after the rule's name");
        }
        at += 3;
        space(true);
        if (rules.put(name, choice(false)) != null) {
            throw error("the rule '" + name + "' is defined twice");
        }
        if (at < text.length() && peek() != '\n' && peek() != '\r') {
            throw error("expected the end of the line, got '" + peek() + "'");
        }
        space(true);
    }

    private Expr choice(boolean nested) {
        if (++depth > MAX_DEPTH) {
            throw error("nested more than " + MAX_DEPTH + " deep");
        }
        List<Expr> parts = new ArrayList<>();
        parts.add(sequence(nested));
        while (peek() == '|') {
            at++;
            space(true);
            parts.add(sequence(nested));
        }
        depth--;
        return parts.size() == 1 ? parts.getFirst() : new Expr.Choice(parts);
    }

    private Expr sequence(boolean nested) {
        List<Expr> parts = new ArrayList<>();
        while (true) {
            char c = peek();
            if (c == '"' || c == '[' || c == '(' || c == '.' || c == '<' || isWord(c)) {
                Expr part = atom();
                space(nested);
                parts.add(repeats(part, nested));
            } else if (c == '*' || c == '+' || c == '?' || c == '{') {
                throw error("there is nothing to repeat");
            } else {
                return parts.size() == 1 ? parts.getFirst() : new Expr.Sequence(parts);
            }
        }
    }

    private Expr repeats(Expr part, boolean nested) {
        Expr expr = part;
        while (true) {
            switch (peek()) {
                case '*' -> expr = new Expr.Repeat(expr, 0, -1);
                case '+' -> expr = new Expr.Repeat(expr, 1, -1);
                case '?' -> expr = new Expr.Repeat(expr, 0, 1);
                case '{' -> {
                    expr = counted(expr);
                    space(nested);
                    continue;
                }
                default -> {
                    return expr;
                }
            }
            at++;
            space(nested);
        }
    }

    private Expr counted(Expr body) {
        at++;
        space(false);
        int min = peek() == ',' ? 0 : number();
        int max = min;
        space(false);
        if (peek() == ',') {
            at++;
            space(false);
            max = peek() == '}' ? -1 : number();
            space(false);
        }
        if (peek() != '}') {
            throw error("expected '}'");
        }
        if (max >= 0 && max < min) {
            throw error("the numbers of a repetition are out of order");
        }
        at++;
        return new Expr.Repeat(body, min, max);
    }

    private int number() {
        int begin = at;
        while (Character.digit(peek(), 10) >= 0) {
            at++;
        }
        if (begin == at) {
            throw error("expected a number");
        }
        int value = at - begin > 9 ? Integer.MAX_VALUE : Integer.parseInt(text.substring(begin, at));
        if (value > MAX_REPEAT) {
            throw GrammarException.unsupported(location(), "something is repeated more than " + MAX_REPEAT + " times");
        }
        return value;
    }

    private Expr atom() {
        char c = peek();
        return switch (c) {
            case '"' -> literal();
            case '[' -> set();
            case '<' -> control();
            case '.' -> {
                at++;
                yield new Expr.Chars(CodePoints.ALL);
            }
            case '(' -> {
                at++;
                space(true);
                Expr inner = choice(true);
                if (peek() != ')') {
                    throw error("expected ')'");
                }
                at++;
                yield inner;
            }
            default -> {
                String location = location();
                yield new Expr.Reference(name(), location);
            }
        };
    }

    private Expr control() {
        int close = text.indexOf('>', at);
        String name = close < 0 ? "" : text.substring(at, close + 1);
        if (name.length() < 3 || name.contains("\n")) {
            throw error("expected a token in angle brackets");
        }
        if (name.startsWith("<[")) {
            throw GrammarException.unsupported(location(), "a token is named by its text, not by its number");
        }
        at = close + 1;
        return new Expr.Control(name);
    }

    private Expr literal() {
        at++;
        StringBuilder value = new StringBuilder();
        while (peek() != '"') {
            if (at >= text.length()) {
                throw error("a text in quotes does not end");
            }
            value.appendCodePoint(character());
        }
        at++;
        return new Expr.Text(value.toString());
    }

    private Expr set() {
        at++;
        boolean negated = peek() == '^';
        if (negated) {
            at++;
        }
        CodePoints set = CodePoints.NONE;
        while (peek() != ']') {
            if (at >= text.length()) {
                throw error("a set in brackets does not end");
            }
            int low = character();
            int high = low;
            if (peek() == '-' && at + 1 < text.length() && text.charAt(at + 1) != ']') {
                at++;
                high = character();
            }
            if (high < low) {
                throw error("the ends of a range are out of order");
            }
            set = set.or(CodePoints.range(low, high));
        }
        at++;
        return new Expr.Chars(negated ? set.complement() : set);
    }

    private int character() {
        int c = text.codePointAt(at);
        at += Character.charCount(c);
        if (c != '\\') {
            return c;
        }
        char escape = peek();
        at++;
        return switch (escape) {
            case 'x' -> hex(2);
            case 'u' -> hex(4);
            case 'U' -> hex(8);
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'n' -> '\n';
            case '\\', '"', '[', ']', '-', '^', '\'', '/' -> escape;
            default -> {
                at--;
                throw error("\\" + escape + " is not an escape");
            }
        };
    }

    private int hex(int digits) {
        long value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = Character.digit(peek(), 16);
            if (digit < 0) {
                throw error("an escape needs " + digits + " hexadecimal digits");
            }
            value = 16 * value + digit;
            at++;
        }
        if (value > Character.MAX_CODE_POINT) {
            throw error("an escape names no character");
        }
        return (int) value;
    }
}
