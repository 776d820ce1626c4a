package io.jgemma.engine.grammar.parse;

import io.jgemma.engine.grammar.regex.PlainPrefix;
import io.jgemma.engine.grammar.regex.Regex;
import io.jgemma.engine.grammar.regex.RegexStore;
import io.jgemma.engine.grammar.regex.Slack;
import io.jgemma.engine.grammar.rule.RuleGrammar;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A grammar's transitions from set to set, made when they are first needed. Safe for any number of threads: known transitions
 * are read without a lock, new ones made one at a time.
 *
 * <p>Sets are kept up to a limit; past it, all are forgotten but those that callers hold, and come into being again.
 */
public final class Automaton {
    /** Derivatives to look at for a word of what is left of a language. */
    private static final int LIFE_STEPS = 2_000;

    /** What {@link #relaxed} looks ahead; vocabularies have no longer token. */
    public static final int MAX_TOKEN_BYTES = 160;

    /** What {@link #relaxedForShort} looks ahead; vocabularies have few longer tokens. */
    public static final int SHORT_TOKEN_BYTES = 24;

    private static final int MAX_SETS = 20_000;
    private static final int MAX_ITEMS = 400_000;
    private static final int MAX_EXPRESSIONS = 200_000;

    /** Objects of a set besides its transitions and items. */
    private static final long SET_BYTES = 300;

    private static final long ITEM_BYTES = 28;

    /** Objects of an expression besides its derivatives. */
    private static final long EXPRESSION_BYTES = 120;

    private final RuleGrammar grammar;
    private final RegexStore store;
    private final byte[] classes;
    private final int[] representatives;
    private final ParseSet dead;
    private final ParseSet initial;
    private final PlainPrefix plain;
    private final Slack slack;
    private final Slack shortSlack;
    private @Nullable Endings endings;
    private final Map<Kernel.Key, ParseSet> known = new HashMap<>();
    private final Kernel kernel = new Kernel();
    private int nextId;
    private int items;
    private int generation;

    /** An automaton that knows nothing but its beginning yet. */
    public Automaton(RuleGrammar grammar) {
        this.grammar = grammar;
        store = grammar.store();
        plain = new PlainPrefix(store);
        slack = new Slack(store, MAX_TOKEN_BYTES);
        shortSlack = new Slack(store, SHORT_TOKEN_BYTES);
        classes = store.classes().table();
        representatives = store.classes().representatives();
        ParseSet.Reads none = new ParseSet.Reads(new Regex[0], new int[0], new ParseSet[0]);
        ParseSet.Waits nobody = new ParseSet.Waits(new int[0], new int[0], new ParseSet[0]);
        dead = new ParseSet(nextId++, none, nobody, false, representatives.length);
        for (int i = 0; i < representatives.length; i++) {
            dead.next(i, dead);
        }
        initial = new SetBuilder(grammar, null).first(nextId++, representatives.length);
    }

    /** Before the first byte. */
    public ParseSet initial() {
        return initial;
    }

    /** Where nothing may come next, because what was read begins no text of the grammar. */
    public ParseSet dead() {
        return dead;
    }

    /** The class of each byte, as an unsigned number; bytes of one class always lead to the same set. Not to be written. */
    public byte[] classes() {
        return classes;
    }

    /** One byte of a class. */
    public int representative(int byteClass) {
        return representatives[byteClass];
    }

    /** How many bytes are of a class. */
    public int classSize(int byteClass) {
        int size = 0;
        for (byte of : classes) {
            size += (of & 0xFF) == byteClass ? 1 : 0;
        }
        return size;
    }

    /** How many classes of bytes there are. */
    public int classCount() {
        return representatives.length;
    }

    /** How often sets have been forgotten; sets of different generations may be equal without being the same. */
    public synchronized int generation() {
        return generation;
    }

    /** Memory that sets and expressions take, about. */
    public synchronized long bytes() {
        long classes = Integer.BYTES * (long) representatives.length;
        return known.size() * (SET_BYTES + classes) + items * ITEM_BYTES + store.size() * (EXPRESSION_BYTES + classes);
    }

    /** How many sets are kept. */
    public synchronized int sets() {
        return known.size();
    }

    /** The set after a byte of a class; {@link #dead} if there is none. */
    public ParseSet step(ParseSet set, int byteClass) {
        ParseSet next = set.next(byteClass);
        return next == null ? make(set, byteClass) : next;
    }

    /** The set after a byte, 0 to 255; {@link #dead} if there is none. */
    public ParseSet stepByte(ParseSet set, int value) {
        return step(set, classes[value] & 0xFF);
    }

    /**
     * A set that the same bytes may follow as long as they are at most {@link #MAX_TOKEN_BYTES}: many sets that
     * differ only in how far a limit is have one in common.
     */
    public synchronized ParseSet relaxed(ParseSet set) {
        return without(slack, set);
    }

    /** The same for at most {@link #SHORT_TOKEN_BYTES}, which even more sets have in common. */
    public synchronized ParseSet relaxedForShort(ParseSet set) {
        return without(shortSlack, set);
    }

    private ParseSet without(Slack limits, ParseSet set) {
        kernel.clear();
        ParseSet.Reads reads = set.reads();
        boolean changed = false;
        for (int i = 0; i < reads.regexes().length; i++) {
            Regex regex = reads.regexes()[i];
            Regex relaxed = limits.of(regex);
            changed |= relaxed != regex;
            ParseSet origin = reads.origins()[i];
            kernel.add(relaxed, reads.targets()[i], origin == null ? set : origin);
        }
        return changed ? ofKernel() : set;
    }

    /** How many plain characters may come in any case, whichever they are; see {@link PlainPrefix}. */
    public synchronized int plainChars(ParseSet set) {
        int most = 0;
        for (Regex regex : set.reads().regexes()) {
            most = Math.max(most, plain.of(regex));
        }
        return most;
    }

    /**
     * The bytes of a short way to complete the text, up to a limit.
     *
     * @param most bytes at most
     * @return empty if none is known that is so short
     */
    public synchronized Optional<byte[]> ending(ParseSet set, int most) {
        Endings known = endings();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ParseSet at = set;
        while (!at.accepting()) {
            int next = bytes.size() < most ? known.nextByte(at) : -1;
            if (next < 0) {
                return Optional.empty();
            }
            bytes.write(next);
            at = stepByte(at, next);
        }
        return Optional.of(bytes.toByteArray());
    }

    /** How many bytes complete the text, at least as far as is known. */
    public synchronized int bytesToEnd(ParseSet set) {
        return endings().bytes(set);
    }

    private Endings endings() {
        Endings known = endings;
        if (known == null) {
            known = new Endings(grammar, initial);
            endings = known;
        }
        return known;
    }

    private synchronized ParseSet make(ParseSet set, int byteClass) {
        @Nullable ParseSet old = set.next(byteClass);
        if (old != null) {
            return old;
        }
        if (known.size() > MAX_SETS || items > MAX_ITEMS || store.size() > MAX_EXPRESSIONS) {
            forget();
        }
        kernel.clear();
        ParseSet.Reads reads = set.reads();
        int value = representatives[byteClass];
        for (int i = 0; i < reads.regexes().length; i++) {
            Regex rest = store.derive(reads.regexes()[i], value);
            if (!rest.isEmpty() && store.isLive(rest, LIFE_STEPS)) {
                ParseSet origin = reads.origins()[i];
                kernel.add(rest, reads.targets()[i], origin == null ? set : origin);
            }
        }
        ParseSet next = kernel.size() == 0 ? dead : ofKernel();
        set.next(byteClass, next);
        return next;
    }

    private ParseSet ofKernel() {
        Kernel.Key key = kernel.key();
        ParseSet old = known.get(key);
        if (old != null) {
            return old;
        }
        ParseSet made = new SetBuilder(grammar, initial).of(kernel, nextId++, representatives.length);
        known.put(key, made);
        items += made.reads().regexes().length + made.waits().rules().length + representatives.length / 4;
        return made;
    }

    private void forget() {
        for (ParseSet set : known.values()) {
            set.forget();
        }
        initial.forget();
        known.clear();
        store.clear();
        plain.clear();
        slack.clear();
        shortSlack.clear();
        if (endings != null) {
            endings.clear();
        }
        items = 0;
        generation++;
    }
}
