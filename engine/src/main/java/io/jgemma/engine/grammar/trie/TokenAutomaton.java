package io.jgemma.engine.grammar.trie;

import io.jgemma.engine.grammar.parse.Automaton;
import io.jgemma.engine.grammar.parse.ParseSet;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A grammar over the tokens of a vocabulary. Safe for any number of threads; masks are kept, up to a limit of memory. */
public final class TokenAutomaton {
    private static final long MAX_MASK_BYTES = 8L << 20;
    private static final byte[] NONE = {};

    /** What is expected of a text that is cut into the longest tokens. */
    private static final int MAX_BYTES_A_TOKEN = 8;

    private final Automaton automaton;
    private final TokenVocabulary vocabulary;
    private final PlainSteps plain;
    private final Map<ParseSet, TokenMask> masks = new ConcurrentHashMap<>();
    private final Map<ParseSet, TokenMask> shortMasks = new ConcurrentHashMap<>();
    private final MaskSearch all;
    private final MaskSearch shortOnes;
    private final AtomicLong maskBytes = new AtomicLong();

    public TokenAutomaton(Automaton automaton, TokenVocabulary vocabulary) {
        this.automaton = automaton;
        this.vocabulary = vocabulary;
        plain = new PlainSteps(automaton);
        all = new MaskSearch(automaton, vocabulary, plain, Integer.MAX_VALUE);
        shortOnes = new MaskSearch(automaton, vocabulary, plain, Automaton.SHORT_TOKEN_BYTES);
    }

    public TokenVocabulary vocabulary() {
        return vocabulary;
    }

    /** Memory that has been filled for the grammar so far, about. */
    public long bytes() {
        return automaton.bytes() + maskBytes.get();
    }

    /** Before the first token. */
    public ParseSet initial() {
        return automaton.initial();
    }

    /** The set after a token that does not end the text; empty where it is not allowed. */
    public Optional<ParseSet> step(ParseSet set, int token) {
        byte[] bytes = token < vocabulary.size() ? vocabulary.bytes(token) : NONE;
        ParseSet at = bytes.length == 0 ? automaton.dead() : set;
        for (byte value : bytes) {
            at = automaton.stepByte(at, value & 0xFF);
        }
        return at == automaton.dead() ? Optional.empty() : Optional.of(at);
    }

    /**
     * The tokens that may come next.
     *
     * @param allowed [{@link TokenVocabulary#words} or more] overwritten, one bit for each token
     */
    public void mask(ParseSet set, long[] allowed) {
        mask(set).copyTo(allowed);
    }

    /**
     * The bytes that are certain to come next, up to a limit: as long as there is no choice and the text may not end.
     *
     * @param most bytes at most
     */
    public byte[] forcedBytes(ParseSet set, int most) {
        byte[] forced = new byte[most];
        int count = 0;
        ParseSet at = set;
        while (count < most && !at.accepting()) {
            int only = onlyByte(at);
            if (only < 0) {
                break;
            }
            forced[count++] = (byte) only;
            at = automaton.stepByte(at, only);
        }
        return Arrays.copyOf(forced, count);
    }

    /**
     * Tokens that complete the text in a short way.
     *
     * @param most tokens at most
     * @return empty if none are known that are so few
     */
    public Optional<int[]> ending(ParseSet set, int most) {
        return automaton
                .ending(set, most * MAX_BYTES_A_TOKEN)
                .map(vocabulary.trie()::cut)
                .filter(tokens -> tokens.length <= most);
    }

    /** How many tokens complete the text at most, as far as is known: as many as bytes. */
    public int bytesToEnd(ParseSet set) {
        return automaton.bytesToEnd(set);
    }

    private int onlyByte(ParseSet set) {
        int only = -1;
        for (int byteClass = 0; byteClass < automaton.classCount(); byteClass++) {
            if (automaton.step(set, byteClass) != automaton.dead()) {
                if (only >= 0 || automaton.classSize(byteClass) > 1) {
                    return -1;
                }
                only = automaton.representative(byteClass);
            }
        }
        return only;
    }

    private TokenMask mask(ParseSet set) {
        TokenMask known = masks.get(set);
        if (known != null) {
            return known;
        }
        TokenMask made = computed(set);
        if (maskBytes.addAndGet(made.bytes()) > MAX_MASK_BYTES) {
            forget();
            maskBytes.set(made.bytes());
        }
        masks.put(set, made);
        return made;
    }

    private void forget() {
        masks.clear();
        shortMasks.clear();
        plain.clear();
        all.clear();
        shortOnes.clear();
    }

    /** A mask does not depend on limits that no token reaches, so sets that differ only in those share it. */
    private TokenMask computed(ParseSet set) {
        if (vocabulary.trie().maxDepth > Automaton.MAX_TOKEN_BYTES) {
            return all.of(set);
        }
        ParseSet relaxed = automaton.relaxed(set);
        TokenMask shared = relaxed == set ? null : masks.get(relaxed);
        if (shared != null) {
            return shared;
        }
        ParseSet forShort = automaton.relaxedForShort(relaxed);
        TokenMask made = forShort == relaxed ? all.of(relaxed) : withLongTokens(shortMask(forShort), relaxed);
        masks.put(relaxed, made);
        return made;
    }

    private TokenMask shortMask(ParseSet set) {
        TokenMask known = shortMasks.get(set);
        if (known == null) {
            known = shortOnes.of(set);
            maskBytes.addAndGet(known.bytes());
            shortMasks.put(set, known);
        }
        return known;
    }

    private TokenMask withLongTokens(TokenMask others, ParseSet set) {
        WalkBuffers buffers = vocabulary.buffers().take();
        try {
            new TrieWalk(automaton, vocabulary.longTrie(), Integer.MAX_VALUE, buffers.path, buffers.allowed).all(set);
            return others.with(buffers.allowed);
        } finally {
            vocabulary.buffers().giveBack(buffers);
        }
    }
}
