package io.jgemma.engine.grammar.json;

import io.jgemma.engine.grammar.regex.ByteSet;
import io.jgemma.engine.grammar.regex.CodePoints;
import io.jgemma.engine.grammar.regex.Encoding;
import io.jgemma.engine.grammar.regex.PatternCompiler;
import io.jgemma.engine.grammar.regex.PatternParser;
import io.jgemma.engine.grammar.regex.QuotedEncoding;
import io.jgemma.engine.grammar.regex.Regex;
import io.jgemma.engine.grammar.regex.RegexStore;
import io.jgemma.engine.grammar.regex.Utf8Encoding;
import io.jgemma.engine.grammar.spec.Whitespace;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/** How values are written: as JSON, or as Python's literals. */
public final class Notation {
    private static final int MAX_SPACE = 64;
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    /**
     * How objects are written.
     *
     * @param open before the first entry
     * @param close behind the last
     * @param key a certain name, with what separates it from its value
     * @param otherKey any name of some content, with what separates it from its value
     */
    record ObjectStyle(
            Regex open,
            Regex close,
            Function<String, Regex> key,
            Function<Function<Encoding, Regex>, Regex> otherKey) {}

    private final RegexStore store;
    private final boolean python;
    private final Map<Character, Encoding> quotes = new LinkedHashMap<>();
    private final Regex before;
    private final Regex after;
    private final Regex afterSeparator;

    private Notation(RegexStore store, boolean python, Regex before, Regex after, Regex afterSeparator) {
        this.store = store;
        this.python = python;
        this.before = before;
        this.after = after;
        this.afterSeparator = afterSeparator;
        quotes.put('"', python ? QuotedEncoding.python('"') : QuotedEncoding.json());
        if (python) {
            quotes.put('\'', QuotedEncoding.python('\''));
        }
    }

    /** JSON. */
    public static Notation json(RegexStore store, Whitespace whitespace) {
        Regex none = store.epsilon();
        if (whitespace == Whitespace.COMPACT) {
            return new Notation(store, false, none, none, none);
        }
        ByteSet space =
                ByteSet.of(' ').or(ByteSet.of('\t')).or(ByteSet.of('\n')).or(ByteSet.of('\r'));
        Regex some = store.repeat(store.bytes(space), 0, MAX_SPACE);
        return new Notation(store, false, some, some, some);
    }

    /** JSON with a space after commas and colons, as models write it in tool calls. */
    public static Notation spacedJson(RegexStore store) {
        Regex none = store.epsilon();
        return new Notation(store, false, none, none, store.literal(new byte[] {' '}));
    }

    /** Python's literals, with a space after commas and colons, as people write them. */
    public static Notation python(RegexStore store) {
        Regex none = store.epsilon();
        return new Notation(store, true, none, none, store.literal(new byte[] {' '}));
    }

    /** Objects, or dictionaries. */
    ObjectStyle object() {
        return new ObjectStyle(
                open('{'),
                close('}'),
                name -> store.concat(value(new Json.Str(name)), colon()),
                content -> store.concat(string(content), colon()));
    }

    /** Arguments of a call in parentheses; names that are no identifiers cannot be written. */
    ObjectStyle call() {
        return new ObjectStyle(
                ascii("("),
                ascii(")"),
                name -> IDENTIFIER.matcher(name).matches() ? ascii(name + "=") : store.empty(),
                content -> {
                    Encoding utf8 = new Utf8Encoding();
                    Regex identifier =
                            new PatternCompiler(store, utf8).whole(PatternParser.parse(IDENTIFIER.pattern()));
                    return store.concat(store.and(content.apply(utf8), identifier), ascii("="));
                });
    }

    Regex open(char bracket) {
        return store.concat(ascii(String.valueOf(bracket)), after);
    }

    Regex close(char bracket) {
        return store.concat(before, ascii(String.valueOf(bracket)));
    }

    Regex comma() {
        return separator(",");
    }

    Regex colon() {
        return separator(":");
    }

    private Regex separator(String text) {
        return store.concat(List.of(before, ascii(text), afterSeparator));
    }

    Regex nothing() {
        return ascii(python ? "None" : "null");
    }

    Regex truth(boolean value) {
        String text = String.valueOf(value);
        return ascii(python ? Character.toUpperCase(text.charAt(0)) + text.substring(1) : text);
    }

    /** A string with some content. */
    Regex string(Function<Encoding, Regex> content) {
        List<Regex> forms = new ArrayList<>();
        quotes.forEach((quote, encoding) -> {
            Regex mark = ascii(String.valueOf(quote));
            forms.add(store.concat(List.of(mark, content.apply(encoding), mark)));
        });
        return store.or(forms);
    }

    /** Any string. */
    Regex anyString() {
        return string(this::anyContent);
    }

    /** What any string may hold; in JSON with any escapes. */
    Regex anyContent(Encoding encoding) {
        Regex any = encoding.chars(CodePoints.ALL, store);
        if (!python && encoding instanceof QuotedEncoding) {
            any = store.or(List.of(any, ascii("\\/"), QuotedEncoding.asciiByNumber(store)));
        }
        return store.repeat(any, 0, RegexStore.UNBOUNDED);
    }

    /** This value. */
    Regex value(Json json) {
        return switch (json) {
            case Json.Num(BigDecimal number) -> ascii(JsonWriter.number(number));
            case Json.Str(String text) -> string(encoding -> encoding.text(text, store));
            case Json.Bool(boolean truth) -> truth(truth);
            case Json.Null() -> nothing();
            case Json.Arr(List<Json> items) ->
                list('[', ']', items.stream().map(this::value).toList());
            case Json.Obj(Map<String, Json> entries) -> {
                List<Regex> pairs = new ArrayList<>();
                entries.forEach((key, entry) ->
                        pairs.add(store.concat(List.of(value(new Json.Str(key)), colon(), value(entry)))));
                yield list('{', '}', pairs);
            }
        };
    }

    private Regex list(char open, char close, List<Regex> elements) {
        List<Regex> parts = new ArrayList<>();
        parts.add(open(open));
        for (int i = 0; i < elements.size(); i++) {
            if (i > 0) {
                parts.add(comma());
            }
            parts.add(elements.get(i));
        }
        parts.add(close(close));
        return store.concat(parts);
    }

    private Regex ascii(String text) {
        return store.literal(text.getBytes(StandardCharsets.US_ASCII));
    }
}
