package io.jgemma.engine.grammar.json;

import io.jgemma.engine.grammar.spec.GrammarException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads JSON as RFC 8259 defines it, nothing more: no comments, no comma after the last element. Objects keep the order of
 * their keys; of a key that stands twice, the last value counts.
 */
public final class JsonReader {
    private static final int MAX_DEPTH = 512;
    private static final Pattern NUMBER = Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?");
    private static final int MAX_NUMBER_CHARS = 2000;
    private static final int MAX_EXPONENT_DIGITS = 6;

    private final String text;
    private int at;
    private int depth;

    private JsonReader(String text) {
        this.text = text;
    }

    /**
     * The value that a text is.
     *
     * @throws GrammarException with line and column, if it is no JSON
     */
    public static Json read(String text) {
        JsonReader reader = new JsonReader(text);
        if (text.startsWith("\uFEFF")) {
            reader.at = 1;
        }
        Json value = reader.value();
        reader.space();
        if (reader.at < text.length()) {
            throw reader.error("something follows the value");
        }
        return value;
    }

    private GrammarException error(String reason) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < Math.min(at, text.length()); i++) {
            boolean end = text.charAt(i) == '\n';
            line += end ? 1 : 0;
            column = end ? 1 : column + 1;
        }
        return GrammarException.malformed("line " + line + ", column " + column, "this is not JSON: " + reason);
    }

    private void space() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() {
        if (at >= text.length()) {
            throw error("the text ends early");
        }
        return text.charAt(at);
    }

    private void expect(char c) {
        space();
        if (peek() != c) {
            throw error("expected '" + c + "', got '" + peek() + "'");
        }
        at++;
    }

    private Json value() {
        space();
        return switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> new Json.Str(string());
            case 't' -> word("true", new Json.Bool(true));
            case 'f' -> word("false", new Json.Bool(false));
            case 'n' -> word("null", new Json.Null());
            default -> number();
        };
    }

    private Json word(String word, Json value) {
        if (!text.startsWith(word, at)) {
            throw error("expected a value");
        }
        at += word.length();
        return value;
    }

    private Json number() {
        Matcher matcher = NUMBER.matcher(text).region(at, text.length());
        if (!matcher.lookingAt()) {
            throw error("expected a value, got '" + peek() + "'");
        }
        String digits = matcher.group();
        int exponent = Math.max(digits.indexOf('e'), digits.indexOf('E'));
        if (digits.length() > MAX_NUMBER_CHARS || (exponent >= 0 && digits.length() - exponent > MAX_EXPONENT_DIGITS)) {
            throw error("a number is longer or greater than this reader takes");
        }
        at = matcher.end();
        return new Json.Num(new BigDecimal(digits));
    }

    private Json array() {
        enter();
        List<Json> items = new ArrayList<>();
        space();
        if (peek() == ']') {
            at++;
        } else {
            do {
                items.add(value());
                space();
            } while (comma());
            expect(']');
        }
        depth--;
        return new Json.Arr(items);
    }

    private Json object() {
        enter();
        Map<String, Json> entries = new LinkedHashMap<>();
        space();
        if (peek() == '}') {
            at++;
        } else {
            do {
                space();
                if (peek() != '"') {
                    throw error("expected a key in quotes, got '" + peek() + "'");
                }
                String key = string();
                expect(':');
                entries.put(key, value());
                space();
            } while (comma());
            expect('}');
        }
        depth--;
        return new Json.Obj(entries);
    }

    private boolean comma() {
        if (peek() != ',') {
            return false;
        }
        at++;
        return true;
    }

    private void enter() {
        at++;
        if (++depth > MAX_DEPTH) {
            throw error("nested more than " + MAX_DEPTH + " deep");
        }
    }

    private String string() {
        at++;
        StringBuilder value = new StringBuilder();
        while (peek() != '"') {
            char c = text.charAt(at++);
            if (c < 0x20) {
                at--;
                throw error("a control character in a string; write it as an escape");
            }
            value.append(c == '\\' ? escape() : c);
        }
        at++;
        return value.toString();
    }

    private char escape() {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unit();
            default -> throw error("\\" + c + " is not an escape");
        };
    }

    private char unit() {
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(peek(), 16);
            if (digit < 0 || peek() >= 0x80) {
                throw error("\\u needs four hexadecimal digits");
            }
            unit = 16 * unit + digit;
            at++;
        }
        return (char) unit;
    }
}
