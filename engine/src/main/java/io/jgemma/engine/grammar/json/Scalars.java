package io.jgemma.engine.grammar.json;

import io.jgemma.engine.grammar.regex.CodePoints;
import io.jgemma.engine.grammar.regex.Encoding;
import io.jgemma.engine.grammar.regex.PatternCompiler;
import io.jgemma.engine.grammar.regex.PatternNode;
import io.jgemma.engine.grammar.regex.PatternParser;
import io.jgemma.engine.grammar.regex.Regex;
import io.jgemma.engine.grammar.regex.RegexStore;
import io.jgemma.engine.grammar.regex.Utf8Encoding;
import io.jgemma.engine.grammar.scalar.NumberBounds;
import io.jgemma.engine.grammar.scalar.NumberFact;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** The languages of numbers and strings that satisfy facts. */
final class Scalars {
    /** Derivatives to look at, to find out whether anything satisfies all facts. */
    private static final int LIFE_STEPS = 2_000;

    private static final int MIN_LIFE_STEPS = 100;

    /** The same for a whole schema; what is left is at least {@link #MIN_LIFE_STEPS}. */
    private static final int MAX_LIFE_STEPS = 20_000;

    private static final String INTEGER = "-?(?:0|[1-9][0-9]*)";
    private static final String DECIMAL = INTEGER + "(?:\\.[0-9]+)?";
    /** With an exponent that every reader of JSON takes. */
    private static final String NUMBER = DECIMAL + "(?:[eE][+-]?[0-9]{1,2})?";

    private final RegexStore store;
    private final NumberBounds bounds;
    private final PatternCompiler utf8;
    private final Map<Encoding, PatternCompiler> compilers = new HashMap<>();
    private final IdentityHashMap<PatternNode, Regex> patterns = new IdentityHashMap<>();

    Scalars(RegexStore store) {
        this.store = store;
        bounds = new NumberBounds(store);
        utf8 = new PatternCompiler(store, new Utf8Encoding());
    }

    RegexStore store() {
        return store;
    }

    /** Numbers that satisfy the branch. */
    Regex number(Branch branch) {
        List<BigDecimal> excluded = new ArrayList<>();
        for (Json value : branch.excluded) {
            if (value instanceof Json.Num(BigDecimal number)) {
                excluded.add(number);
            }
        }
        if (branch.numbers.isEmpty() && excluded.isEmpty()) {
            return utf8.whole(PatternParser.parse(NUMBER));
        }
        boolean integer = branch.numbers.stream()
                .anyMatch(fact -> fact instanceof NumberFact.Multiple(BigDecimal divisor, boolean positive)
                        && positive
                        && divisor.stripTrailingZeros().scale() <= 0);
        List<Regex> parts = new ArrayList<>();
        parts.add(utf8.whole(PatternParser.parse(integer ? INTEGER : DECIMAL)));
        BigDecimal common = BigDecimal.ONE.negate();
        for (NumberFact fact : branch.numbers) {
            if (fact instanceof NumberFact.Multiple(BigDecimal divisor, boolean wanted) && wanted) {
                BigDecimal both = common.signum() < 0 ? divisor : NumberBounds.leastCommonMultiple(common, divisor);
                if (NumberBounds.supports(both)) {
                    common = both;
                    continue;
                }
            }
            parts.add(bounds.of(fact));
        }
        if (common.signum() > 0 && !(integer && common.compareTo(BigDecimal.ONE) == 0)) {
            parts.add(bounds.of(new NumberFact.Multiple(common, true)));
        }
        for (BigDecimal value : excluded) {
            parts.add(store.not(bounds.equal(value)));
        }
        return store.and(parts);
    }

    /** Strings that satisfy the branch, as an encoding writes their characters, without quotes. */
    Regex string(Branch branch, Encoding encoding) {
        PatternCompiler compiler = compilers.computeIfAbsent(encoding, key -> new PatternCompiler(store, key));
        List<Regex> parts = new ArrayList<>();
        int min = 0;
        int max = RegexStore.UNBOUNDED;
        for (StringFact fact : branch.strings) {
            switch (fact) {
                case StringFact.Length(int low, int high) -> {
                    min = Math.max(min, low);
                    max = high < 0 ? max : max < 0 ? high : Math.min(max, high);
                }
                case StringFact.Match(PatternNode pattern, boolean whole, boolean positive) -> {
                    Regex regex = whole ? compiler.whole(pattern) : compiler.anywhere(pattern);
                    parts.add(positive ? regex : store.not(regex));
                }
            }
        }
        if (max >= 0 && min > max) {
            return store.empty();
        }
        Regex any = encoding.chars(CodePoints.ALL, store);
        parts.add(store.repeat(any, min, max));
        for (Json value : branch.excluded) {
            if (value instanceof Json.Str(String text)) {
                parts.add(store.not(encoding.text(text, store)));
            }
        }
        boolean redundant = min == 0
                && max < 0
                && parts.stream().limit(1).anyMatch(first -> parts.size() == 2 && isPositive(branch));
        return redundant ? parts.getFirst() : store.and(parts);
    }

    private static boolean isPositive(Branch branch) {
        return branch.strings.stream().anyMatch(fact -> fact instanceof StringFact.Match match && match.positive());
    }

    /** Whether strings of the branch can have any content, so that nothing is asked of them. */
    static boolean isFreeString(Branch branch) {
        return branch.strings.isEmpty() && branch.excluded.stream().noneMatch(Json.Str.class::isInstance);
    }

    /** Whether a pattern matches somewhere in a text, or as a whole. */
    boolean matches(PatternNode pattern, boolean whole, String text) {
        Regex at = whole ? utf8.whole(pattern) : patterns.computeIfAbsent(pattern, utf8::anywhere);
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            at = store.derive(at, value & 0xFF);
        }
        return at.nullable();
    }

    private int lifeSteps() {
        return Math.clamp(MAX_LIFE_STEPS - store.searchSteps(), MIN_LIFE_STEPS, LIFE_STEPS);
    }

    /** Whether a word exists, as far as can be found out. */
    boolean isLive(Regex regex) {
        return store.isLive(regex, lifeSteps());
    }
}
