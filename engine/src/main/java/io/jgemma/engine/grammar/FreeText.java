package io.jgemma.engine.grammar;

import io.jgemma.engine.grammar.regex.CodePoints;
import io.jgemma.engine.grammar.regex.PatternCompiler;
import io.jgemma.engine.grammar.regex.PatternNode;
import io.jgemma.engine.grammar.regex.Regex;
import io.jgemma.engine.grammar.regex.RegexStore;
import io.jgemma.engine.grammar.regex.Utf8Encoding;
import io.jgemma.engine.grammar.rule.ControlTokens;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Text that a model writes as it likes, and the marks that end it. */
final class FreeText {
    private final RegexStore store;
    private final PatternCompiler patterns;

    FreeText(RegexStore store) {
        this.store = store;
        patterns = new PatternCompiler(store, new Utf8Encoding());
    }

    /** A mark: as text, or as the control token of its name. */
    Regex mark(String name) {
        return store.or(store.literal(name.getBytes(StandardCharsets.UTF_8)), store.literal(ControlTokens.bytes(name)));
    }

    /** Any text in which a word does not stand. */
    Regex without(String word) {
        return without(characters(word));
    }

    /** Any text in which a pattern does not match. */
    Regex without(PatternNode pattern) {
        return store.and(patterns.anyText(), store.not(patterns.anywhere(pattern)));
    }

    /** Any text. */
    Regex any() {
        return patterns.anyText();
    }

    /** Texts that a pattern matches as a whole. */
    Regex whole(PatternNode pattern) {
        return patterns.whole(pattern);
    }

    /** A text as a pattern. */
    static PatternNode characters(String text) {
        List<PatternNode> parts = new ArrayList<>();
        text.codePoints().forEach(point -> parts.add(new PatternNode.Chars(CodePoints.of(point))));
        return new PatternNode.Sequence(parts);
    }
}
