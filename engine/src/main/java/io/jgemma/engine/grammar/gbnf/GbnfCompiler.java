package io.jgemma.engine.grammar.gbnf;

import io.jgemma.engine.grammar.regex.Regex;
import io.jgemma.engine.grammar.regex.RegexStore;
import io.jgemma.engine.grammar.regex.Utf8Encoding;
import io.jgemma.engine.grammar.rule.ControlTokens;
import io.jgemma.engine.grammar.rule.GrammarBuilder;
import io.jgemma.engine.grammar.rule.Rule;
import io.jgemma.engine.grammar.spec.GrammarException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes grammars of GBNF. Rules that do not refer to themselves and are short become words of a regular language, all others
 * rules of the grammar; left recursion and empty rules are fine.
 */
public final class GbnfCompiler {
    /** A rule that would be longer, written out, stays a rule. */
    private static final int MAX_INLINED = 2000;

    private static final int MAX_UNROLLED = 2000;

    private final Map<String, Expr> rules;
    private final GrammarBuilder builder;
    private final RegexStore store;
    private final Utf8Encoding utf8 = new Utf8Encoding();
    private final Map<String, Integer> sizes = new HashMap<>();
    private final Set<String> measuring = new HashSet<>();
    private final Map<String, Regex> regexes = new HashMap<>();
    private final Map<String, Rule> made = new HashMap<>();

    private GbnfCompiler(Map<String, Expr> rules, GrammarBuilder builder) {
        this.rules = rules;
        this.builder = builder;
        store = builder.store();
    }

    /**
     * Lets a rule read what the rule {@code root} of a grammar says.
     *
     * @throws GrammarException with line and column, if it is malformed or names a rule that is missing
     */
    public static void compile(String text, GrammarBuilder builder, Rule start) {
        Map<String, Expr> rules = GbnfParser.parse(text);
        if (!rules.containsKey("root")) {
            throw GrammarException.malformed("", "the grammar has no rule 'root'");
        }
        GbnfCompiler compiler = new GbnfCompiler(rules, builder);
        rules.values().forEach(compiler::check);
        for (String name : rules.keySet()) {
            compiler.made.put(name, compiler.builder.rule(name));
        }
        compiler.emit(new Expr.Reference("root", ""), start.start(), start.end(), start);
        compiler.made.forEach((name, rule) -> compiler.emit(compiler.body(name), rule.start(), rule.end(), rule));
    }

    private Expr body(String name) {
        return rules.getOrDefault(name, new Expr.Sequence(List.of()));
    }

    private void check(Expr expr) {
        switch (expr) {
            case Expr.Reference(String name, String location) -> {
                if (!rules.containsKey(name)) {
                    throw GrammarException.malformed(location, "there is no rule '" + name + "'");
                }
            }
            case Expr.Sequence(List<Expr> parts) -> parts.forEach(this::check);
            case Expr.Choice(List<Expr> parts) -> parts.forEach(this::check);
            case Expr.Repeat(Expr body, int min, int max) -> check(body);
            case Expr.Text(String text) -> {}
            case Expr.Control(String name) -> {}
            case Expr.Chars(var set) -> {}
        }
    }

    /** How long an expression is with all rules written out; more than {@link #MAX_INLINED} if too long or recursive. */
    private int size(Expr expr) {
        long size = switch (expr) {
            case Expr.Text(String text) -> text.length();
            case Expr.Control(String name) -> name.length();
            case Expr.Chars(var set) -> 1;
            case Expr.Sequence(List<Expr> parts) -> total(parts);
            case Expr.Choice(List<Expr> parts) -> total(parts);
            case Expr.Repeat(Expr body, int min, int max) -> size(body);
            case Expr.Reference(String name, String location) -> size(name);
        };
        return (int) Math.min(size, MAX_INLINED + 1L);
    }

    private long total(List<Expr> parts) {
        long total = 1;
        for (Expr part : parts) {
            total += size(part);
        }
        return total;
    }

    private int size(String name) {
        Integer known = sizes.get(name);
        if (known != null) {
            return known;
        }
        // Too deep a chain is treated like recursion: such rules stay rules.
        if (measuring.size() > 200 || !measuring.add(name)) {
            return MAX_INLINED + 1;
        }
        int size = size(body(name));
        measuring.remove(name);
        if (size <= MAX_INLINED || measuring.isEmpty()) {
            sizes.put(name, size);
        }
        return size;
    }

    private void emit(Expr expr, int from, int to, Rule rule) {
        if (size(expr) <= MAX_INLINED) {
            builder.read(from, regex(expr), to);
            return;
        }
        switch (expr) {
            case Expr.Sequence(List<Expr> parts) -> {
                int at = from;
                for (int i = 0; i < parts.size(); i++) {
                    int next = i == parts.size() - 1 ? to : builder.state(rule);
                    emit(parts.get(i), at, next, rule);
                    at = next;
                }
            }
            case Expr.Choice(List<Expr> parts) -> parts.forEach(part -> emit(part, from, to, rule));
            case Expr.Repeat(Expr body, int min, int max) -> repeat(body, min, max, from, to, rule);
            case Expr.Reference(String name, String location) -> {
                Rule called = made.get(name);
                if (called != null) {
                    builder.call(from, called, to);
                }
            }
            case Expr.Text(String text) -> builder.read(from, regex(expr), to);
            case Expr.Control(String name) -> builder.read(from, regex(expr), to);
            case Expr.Chars(var set) -> builder.read(from, regex(expr), to);
        }
    }

    private void repeat(Expr body, int min, int max, int from, int to, Rule rule) {
        if (Math.max(min, max) > MAX_UNROLLED) {
            throw GrammarException.unsupported(
                    "rule " + rule.name(), "rules are repeated more than " + MAX_UNROLLED + " times");
        }
        int at = from;
        for (int i = 0; i < min; i++) {
            at = step(body, at, rule);
        }
        if (max < 0) {
            int loop = builder.state(rule);
            builder.skip(at, loop);
            emit(body, loop, loop, rule);
            at = loop;
        }
        for (int i = min; i < max; i++) {
            builder.skip(at, to);
            at = step(body, at, rule);
        }
        builder.skip(at, to);
    }

    private int step(Expr body, int from, Rule rule) {
        int next = builder.state(rule);
        emit(body, from, next, rule);
        return next;
    }

    private Regex regex(Expr expr) {
        return switch (expr) {
            case Expr.Text(String text) -> store.literal(text.getBytes(StandardCharsets.UTF_8));
            case Expr.Control(String name) -> store.literal(ControlTokens.bytes(name));
            case Expr.Chars(var set) -> utf8.chars(set, store);
            case Expr.Sequence(List<Expr> parts) ->
                store.concat(parts.stream().map(this::regex).toList());
            case Expr.Choice(List<Expr> parts) ->
                store.or(parts.stream().map(this::regex).toList());
            case Expr.Repeat(Expr body, int min, int max) ->
                store.repeat(regex(body), min, max < 0 ? RegexStore.UNBOUNDED : max);
            case Expr.Reference(String name, String location) -> {
                Regex known = regexes.get(name);
                if (known == null) {
                    known = regex(body(name));
                    regexes.put(name, known);
                }
                yield known;
            }
        };
    }
}
