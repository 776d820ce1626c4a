package io.jgemma.engine.grammar.regex;

import java.util.List;

/**
 * Makes expressions of patterns. A pattern is translated from its end to its beginning: each part knows the language of all
 * that may follow it up to the end of the text, so that looking ahead is an intersection with it.
 */
public final class PatternCompiler {
    /** A repetition of parts that look around is written out, up to so often. */
    private static final int MAX_UNROLLED = 8;

    private final RegexStore store;
    private final Encoding encoding;
    private final Regex anyText;
    private final Regex someText;

    public PatternCompiler(RegexStore store, Encoding encoding) {
        this.store = store;
        this.encoding = encoding;
        Regex any = encoding.chars(CodePoints.ALL, store);
        store.addCharacter(any);
        anyText = store.repeat(any, 0, RegexStore.UNBOUNDED);
        someText = store.repeat(any, 1, RegexStore.UNBOUNDED);
    }

    /** What may follow: at the beginning of the text, and elsewhere. */
    private record Rest(Regex atStart, Regex later) {}

    /** The texts that the pattern matches as a whole. */
    public Regex whole(PatternNode pattern) {
        return build(pattern, new Rest(store.epsilon(), store.epsilon())).atStart;
    }

    /** The texts in which the pattern matches somewhere. */
    public Regex anywhere(PatternNode pattern) {
        Rest rest = build(pattern, new Rest(anyText, anyText));
        return store.or(rest.atStart, store.concat(someText, rest.later));
    }

    /** Every text. */
    public Regex anyText() {
        return anyText;
    }

    private Rest build(PatternNode node, Rest rest) {
        return switch (node) {
            case PatternNode.Chars(CodePoints set) -> {
                Regex all = store.concat(encoding.chars(set, store), rest.later);
                yield new Rest(all, all);
            }
            case PatternNode.All(List<PatternNode> parts) -> {
                Regex words = store.and(parts.stream().map(this::plain).toList());
                Regex all = store.concat(words, rest.later);
                yield new Rest(all, all);
            }
            case PatternNode.Steps(Machine machine) -> {
                Regex all = store.concat(store.machine(machine), rest.later);
                yield new Rest(all, all);
            }
            case PatternNode.Sequence(List<PatternNode> parts) -> {
                Rest built = rest;
                for (int i = parts.size() - 1; i >= 0; i--) {
                    built = build(parts.get(i), built);
                }
                yield built;
            }
            case PatternNode.Choice(List<PatternNode> parts) -> {
                List<Rest> built = parts.stream().map(part -> build(part, rest)).toList();
                yield new Rest(
                        store.or(built.stream().map(Rest::atStart).toList()),
                        store.or(built.stream().map(Rest::later).toList()));
            }
            case PatternNode.Repeat(PatternNode body, int min, int max) -> repeat(body, min, max, rest);
            case PatternNode.Look(PatternNode body, boolean negative) -> look(body, negative, rest);
            case PatternNode.Start() -> new Rest(rest.atStart, store.empty());
            case PatternNode.End() -> new Rest(end(rest.atStart), end(rest.later));
        };
    }

    private Regex end(Regex rest) {
        return rest.nullable ? store.epsilon() : store.empty();
    }

    private Rest look(PatternNode body, boolean negative, Rest rest) {
        Rest ahead = build(body, new Rest(anyText, anyText));
        if (!negative) {
            return new Rest(store.and(ahead.atStart, rest.atStart), store.and(ahead.later, rest.later));
        }
        return new Rest(
                store.and(store.not(ahead.atStart), rest.atStart), store.and(store.not(ahead.later), rest.later));
    }

    private Rest repeat(PatternNode body, int min, int max, Rest rest) {
        if (!body.looks()) {
            Regex words = store.repeat(plain(body), min, max);
            Regex later = store.concat(words, rest.later);
            if (rest.atStart == rest.later) {
                return new Rest(later, later);
            }
            Regex some = store.and(words, store.not(store.epsilon()));
            Regex atStart = store.concat(some, rest.later);
            return new Rest(words.nullable ? store.or(rest.atStart, atStart) : atStart, later);
        }
        if (max == RegexStore.UNBOUNDED || max > MAX_UNROLLED) {
            throw PatternException.unsupported("the pattern looks around inside a repetition");
        }
        Rest built = rest;
        for (int i = max; i > 0; i--) {
            Rest once = build(body, built);
            built = i > min ? new Rest(store.or(once.atStart, rest.atStart), store.or(once.later, rest.later)) : once;
        }
        return built;
    }

    /** The language of a part that does not look around. */
    private Regex plain(PatternNode node) {
        return build(node, new Rest(store.epsilon(), store.epsilon())).later;
    }
}
