package io.jgemma.engine.grammar.regex;

import io.jgemma.engine.grammar.regex.Regex.Life;
import io.jgemma.engine.grammar.regex.Regex.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Makes expressions, each only once, in a form in which many equal languages are one object, and takes derivatives (Janusz
 * Brzozowski, "Derivatives of regular expressions", 1964): the derivative of a language by a byte holds what may follow that
 * byte. Not for use by several threads.
 */
public final class RegexStore {
    /** In place of a highest number of repetitions: any number. */
    public static final int UNBOUNDED = -1;

    private final Map<Shape, Regex> known = new HashMap<>();
    private final ByteClasses classes = new ByteClasses();
    private final Set<Regex> characters = new HashSet<>();

    /** Of machines: bytes that the classes tell apart already. */
    private final Set<ByteSet> alphabets = new HashSet<>();

    private final Regex empty;
    private final Regex epsilon;
    private final Regex everything;
    private int nextId;
    private long searchSteps;
    private int epoch;

    public RegexStore() {
        empty = intern(new Shape.Empty(), false, Life.DEAD);
        epsilon = intern(new Shape.Epsilon(), true, Life.LIVE);
        everything = repeat(bytes(ByteSet.ALL), 0, UNBOUNDED);
    }

    /** How many expressions are kept. */
    public int size() {
        return known.size();
    }

    /** The bytes that the expressions so far tell apart. */
    public ByteClasses classes() {
        return classes;
    }

    /** The language without a word. */
    public Regex empty() {
        return empty;
    }

    /** The language of the empty word. */
    public Regex epsilon() {
        return epsilon;
    }

    /** Every word. */
    public Regex everything() {
        return everything;
    }

    /** Notes that an expression is every character of an encoding, so that a repetition of it is a limit of length alone. */
    void addCharacter(Regex any) {
        characters.add(any);
    }

    /** Whether an expression is known to be every character of an encoding. */
    boolean isCharacter(Regex regex) {
        return characters.contains(regex);
    }

    /** One byte of the set. */
    public Regex bytes(ByteSet set) {
        if (set.isEmpty()) {
            return empty;
        }
        Regex old = known.get(new Shape.Bytes(set));
        if (old != null) {
            return old;
        }
        if (classes.split(set)) {
            epoch++;
        }
        return intern(new Shape.Bytes(set), false, Life.LIVE);
    }

    /** These bytes. */
    public Regex literal(byte[] word) {
        Regex regex = epsilon;
        for (int i = word.length - 1; i >= 0; i--) {
            regex = concat(bytes(ByteSet.of(word[i] & 0xFF)), regex);
        }
        return regex;
    }

    /** What the automaton accepts from its present state on. */
    public Regex machine(Machine machine) {
        Shape shape = new Shape.Steps(machine);
        Regex old = known.get(shape);
        if (old != null) {
            return old;
        }
        ByteSet alphabet = machine.alphabet();
        boolean told = !alphabets.add(alphabet);
        for (int value = told ? 256 : 0; value < 256; value++) {
            if (alphabet.contains(value) && classes.split(ByteSet.of(value))) {
                epoch++;
            }
        }
        boolean live = machine.accepts() || machine.isLive();
        return intern(shape, machine.accepts(), live ? Life.LIVE : Life.UNKNOWN);
    }

    /** A word of {@code head}, then a word of {@code tail}. */
    public Regex concat(Regex head, Regex tail) {
        if (head == empty || tail == empty) {
            return empty;
        }
        if (head == epsilon) {
            return tail;
        }
        if (tail == epsilon) {
            return head;
        }
        if (head.shape instanceof Shape.Concat) {
            return concat(heads(head), tail);
        }
        return intern(new Shape.Concat(head, tail), head.nullable && tail.nullable, both(head.life, tail.life));
    }

    /** Words of all parts in order. */
    public Regex concat(List<Regex> parts) {
        return concat(parts, epsilon);
    }

    private Regex concat(List<Regex> parts, Regex tail) {
        Regex regex = tail;
        for (int i = parts.size() - 1; i >= 0; i--) {
            regex = concat(parts.get(i), regex);
        }
        return regex;
    }

    private static List<Regex> heads(Regex concat) {
        List<Regex> heads = new ArrayList<>();
        Regex at = concat;
        while (at.shape instanceof Shape.Concat(Regex head, Regex tail)) {
            heads.add(head);
            at = tail;
        }
        heads.add(at);
        return heads;
    }

    private static Life both(Life a, Life b) {
        if (a == Life.DEAD || b == Life.DEAD) {
            return Life.DEAD;
        }
        return a == Life.LIVE && b == Life.LIVE ? Life.LIVE : Life.UNKNOWN;
    }

    public Regex or(Regex a, Regex b) {
        if (a == b || b == empty) {
            return a;
        }
        return a == empty ? b : or(List.of(a, b));
    }

    /** The words of any. */
    public Regex or(List<Regex> parts) {
        TreeMap<Integer, Regex> flat = new TreeMap<>();
        ByteSet set = flattenOr(parts, flat, ByteSet.NONE);
        if (!set.isEmpty()) {
            Regex merged = bytes(set);
            flat.put(merged.id, merged);
        }
        if (flat.isEmpty()) {
            return empty;
        }
        if (flat.containsKey(everything.id)) {
            return everything;
        }
        List<Regex> rest = List.copyOf(flat.values());
        if (rest.size() == 1) {
            return rest.getFirst();
        }
        boolean nullable = false;
        Life life = Life.DEAD;
        for (Regex part : rest) {
            nullable |= part.nullable;
            life = part.life == Life.LIVE || life == Life.LIVE ? Life.LIVE : Life.UNKNOWN;
        }
        return intern(new Shape.Or(rest), nullable, life);
    }

    private static ByteSet flattenOr(List<Regex> parts, Map<Integer, Regex> flat, ByteSet single) {
        ByteSet set = single;
        for (Regex part : parts) {
            switch (part.shape) {
                case Shape.Empty() -> {}
                case Shape.Bytes(ByteSet more) -> set = set.or(more);
                case Shape.Or(List<Regex> inner) -> set = flattenOr(inner, flat, set);
                default -> flat.put(part.id, part);
            }
        }
        return set;
    }

    public Regex and(Regex a, Regex b) {
        return a == b ? a : and(List.of(a, b));
    }

    /** The words of all. */
    public Regex and(List<Regex> parts) {
        TreeMap<Integer, Regex> flat = new TreeMap<>();
        flattenAnd(parts, flat);
        ByteSet set = ByteSet.ALL;
        boolean narrowed = false;
        boolean nullable = true;
        boolean epsilonOnly = false;
        List<Regex> rest = new ArrayList<>();
        for (Regex part : flat.values()) {
            if (part.shape instanceof Shape.Bytes(ByteSet one)) {
                set = set.and(one);
                narrowed = true;
            } else {
                rest.add(part);
            }
            epsilonOnly |= part == epsilon;
            nullable &= part.nullable;
        }
        if (flat.containsKey(empty.id)) {
            return empty;
        }
        if (epsilonOnly) {
            return nullable ? epsilon : empty;
        }
        if (narrowed) {
            if (set.isEmpty()) {
                return empty;
            }
            rest.add(bytes(set));
            rest.sort(Comparator.comparingInt(Regex::id));
        }
        if (rest.isEmpty()) {
            return everything;
        }
        return rest.size() == 1
                ? rest.getFirst()
                : intern(new Shape.And(List.copyOf(rest)), nullable, nullable ? Life.LIVE : Life.UNKNOWN);
    }

    private void flattenAnd(List<Regex> parts, Map<Integer, Regex> flat) {
        for (Regex part : parts) {
            if (part.shape instanceof Shape.And(List<Regex> inner)) {
                flattenAnd(inner, flat);
            } else if (part != everything) {
                flat.put(part.id, part);
            }
        }
    }

    /** Every word that {@code body} has not. */
    public Regex not(Regex body) {
        if (body == empty) {
            return everything;
        }
        if (body == everything) {
            return empty;
        }
        if (body.shape instanceof Shape.Not(Regex inner)) {
            return inner;
        }
        return intern(new Shape.Not(body), !body.nullable, body.nullable ? Life.UNKNOWN : Life.LIVE);
    }

    /** {@code min} to {@code max} words in a row; {@code max} may be {@link #UNBOUNDED}. */
    public Regex repeat(Regex body, int min, int max) {
        if (max == 0 || body == epsilon) {
            return epsilon;
        }
        if (body == empty) {
            return min == 0 ? epsilon : empty;
        }
        if (min == 1 && max == 1) {
            return body;
        }
        if (min <= 1
                && max == UNBOUNDED
                && body.shape instanceof Shape.Repeat(Regex inner, int low, int high)
                && low <= 1
                && high == UNBOUNDED) {
            return repeat(inner, low == 0 ? 0 : min, UNBOUNDED);
        }
        boolean nullable = min == 0 || body.nullable;
        int least = body.nullable ? 0 : min;
        return intern(new Shape.Repeat(body, least, max), nullable, nullable ? Life.LIVE : body.life);
    }

    /** What may follow the byte, 0 to 255. */
    public Regex derive(Regex regex, int value) {
        int slot = classes.of(value);
        Regex[] memo = regex.derivatives;
        if (memo == null || regex.derivativesEpoch != epoch) {
            memo = new Regex[classes.count()];
            regex.derivatives = memo;
            regex.derivativesEpoch = epoch;
        }
        Regex known = memo[slot];
        if (known == null) {
            int before = epoch;
            known = compute(regex, value);
            if (before == epoch) {
                memo[slot] = known;
            }
        }
        return known;
    }

    private Regex compute(Regex regex, int value) {
        return switch (regex.shape) {
            case Shape.Empty() -> empty;
            case Shape.Epsilon() -> empty;
            case Shape.Bytes(ByteSet set) -> set.contains(value) ? epsilon : empty;
            case Shape.Concat(Regex head, Regex tail) -> {
                Regex first = concat(derive(head, value), tail);
                yield head.nullable ? or(first, derive(tail, value)) : first;
            }
            case Shape.Or(List<Regex> parts) -> or(deriveAll(parts, value));
            case Shape.And(List<Regex> parts) -> and(deriveAll(parts, value));
            case Shape.Not(Regex body) -> not(derive(body, value));
            case Shape.Repeat(Regex body, int min, int max) ->
                concat(derive(body, value), repeat(body, Math.max(min - 1, 0), max == UNBOUNDED ? max : max - 1));
            case Shape.Steps(Machine machine) -> {
                Machine next = machine.step(value);
                yield next == null ? empty : machine(next);
            }
        };
    }

    private List<Regex> deriveAll(List<Regex> parts, int value) {
        List<Regex> derived = new ArrayList<>(parts.size());
        for (Regex part : parts) {
            derived.add(derive(part, value));
        }
        return derived;
    }

    /**
     * Whether the language has a word, found within so many steps.
     *
     * @return false also where the steps did not suffice, so that true is always right
     */
    public boolean isLive(Regex regex, int steps) {
        if (regex.life == Life.UNKNOWN) {
            searchSteps += new LifeSearch(this).search(regex, steps);
        }
        return regex.life == Life.LIVE;
    }

    /** Steps that all searches for words took together. */
    public long searchSteps() {
        return searchSteps;
    }

    /** Forgets expressions and derivatives that nobody holds. What is held stays valid, but may come into being again. */
    public void clear() {
        for (Regex regex : known.values()) {
            regex.derivatives = null;
        }
        known.clear();
        known.put(empty.shape, empty);
        known.put(epsilon.shape, epsilon);
        known.put(everything.shape, everything);
    }

    private Regex intern(Shape shape, boolean nullable, Life life) {
        Regex old = known.get(shape);
        if (old != null) {
            return old;
        }
        Regex regex = new Regex(nextId++, shape, nullable, life);
        known.put(shape, regex);
        return regex;
    }
}
