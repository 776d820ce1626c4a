package io.jgemma.engine.sample;

import io.jgemma.engine.backend.Ops;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the tokens of one sequence. The stages and their order are llama.cpp's; a stage whose option is neutral does
 * nothing. With logits l, from a token's point of view:
 *
 * <ol>
 *   <li>logit bias: l = l + bias
 *   <li>penalties for the tokens told by {@link #accept}: for a token that came c times among the last
 *       {@code repeatLastN}, l = l / repeatPenalty if l is above 0, else l * repeatPenalty; then
 *       l = l - (c * frequencyPenalty + presencePenalty)
 *   <li>mask: l = negative infinity where a mask forbids, see {@link TokenConstraint}
 *   <li>top-k: the k greatest l
 *   <li>locally typical: with the entropy H = -sum p ln p of p = softmax(l), by ascending |-ln p - H| until the sum of
 *       p exceeds {@code typicalP}
 *   <li>top-p: by descending p until the sum of p reaches {@code topP}
 *   <li>min-p: p at least {@code minP} times the greatest p
 *   <li>temperature: l = l / temperature
 *   <li>draw: one of what is left with probability softmax(l)
 * </ol>
 *
 * <p>p is always the softmax over what the stages before have left; they leave at least one token. Equal logits go by
 * token id, the lower first. Greedy (temperature 0 or less) is the greatest l after the mask: no other stage may keep a
 * sampler from the most likely token.
 *
 * <p>The draw takes exactly one random number u in [0, 1) from {@linkplain #seed() the seed's} xoshiro256++ and goes
 * through what is left, by descending logits if top-k, typical or top-p is on, else by ascending ids, to the first
 * token whose running sum of p exceeds u. All of it is arithmetic that Java specifies to the bit: the same seed, options
 * and logits give the same tokens on every JDK.
 *
 * <p>Nothing is allocated after construction, but for some bytes where many logits are nearly equal. A sampler holds no native memory and is not thread-safe.
 */
public final class Sampler {
    /** No token: see {@link #sampleGreatest}. */
    public static final int NONE = -1;

    private final SamplerOptions options;
    private final long seed;
    private final Xoshiro256 random;
    private final float[] logits;
    private final int[] biasedTokens;
    private final float[] biases;
    private final Penalties penalties;
    private final Candidates candidates;

    private Sampler(SamplerOptions options, int vocabulary, long seed) {
        this.options = options;
        this.seed = seed;
        random = Xoshiro256.ofSeed(seed);
        logits = new float[vocabulary];
        biasedTokens = options.logitBias().keySet().stream()
                .mapToInt(Integer::intValue)
                .sorted()
                .toArray();
        biases = new float[biasedTokens.length];
        for (int i = 0; i < biases.length; i++) {
            biases[i] = options.logitBias().getOrDefault(biasedTokens[i], 0f);
        }
        penalties = Penalties.of(options, vocabulary);
        candidates = new Candidates(logits, capacity(options, vocabulary));
    }

    /**
     * A sampler for one sequence.
     *
     * @param options how tokens are chosen; without a seed of its own a random one below 2^32 is taken
     * @param vocabulary how many token ids there are
     * @throws IllegalArgumentException if a bias names a token past the vocabulary
     */
    public static Sampler of(SamplerOptions options, int vocabulary) {
        if (vocabulary <= 0) {
            throw new IllegalArgumentException("the vocabulary has " + vocabulary + " tokens, expected 1 or more");
        }
        for (int token : options.logitBias().keySet()) {
            if (token >= vocabulary) {
                throw new IllegalArgumentException(
                        "logitBias names token " + token + ", but the vocabulary ends at " + (vocabulary - 1));
            }
        }
        long seed = options.seed() == SamplerOptions.RANDOM_SEED
                ? ThreadLocalRandom.current().nextLong(1L << 32)
                : options.seed();
        return new Sampler(options, vocabulary, seed);
    }

    private static int capacity(SamplerOptions options, int vocabulary) {
        if (options.isGreedy()) {
            return 0;
        }
        return options.topK() > 0 ? Math.min(options.topK(), vocabulary) : vocabulary;
    }

    /** The options it was made with. */
    public SamplerOptions options() {
        return options;
    }

    /** The seed in use: the options' own, or the one taken in its place. */
    public long seed() {
        return seed;
    }

    /**
     * Appends a token to the history that penalties look at; {@link #sample} does not do it by itself.
     *
     * @param token an id of the prompt, or one that was chosen
     */
    public void accept(int token) {
        if (token < 0 || token >= logits.length) {
            throw new IllegalArgumentException(
                    "token " + token + " is not in the vocabulary of " + logits.length + " tokens");
        }
        penalties.accept(token);
    }

    /**
     * Chooses the next token.
     *
     * @param logits F32 [vocabulary] in native byte order; stays as it is
     * @return the token id
     * @throws SamplingException if a logit is NaN or positive infinity, or all are negative infinity
     */
    public int sample(MemorySegment logits) {
        return choose(logits, null);
    }

    /**
     * Chooses the next token among those that are allowed.
     *
     * @param logits F32 [vocabulary] in native byte order; stays as it is
     * @param allowed one bit for each token id, as {@link TokenConstraint#mask} leaves them
     * @return the token id
     * @throws SamplingException if a logit that is not forbidden is NaN or positive infinity, or all are negative
     *     infinity or forbidden
     */
    public int sample(MemorySegment logits, long[] allowed) {
        return choose(logits, allowed);
    }

    private int choose(MemorySegment logits, long @Nullable [] allowed) {
        adjust(logits, allowed);
        if (options.isGreedy()) {
            return mostLikely();
        }
        if (options.topK() > 0) {
            candidates.loadTop(Math.min(options.topK(), this.logits.length));
        } else {
            candidates.loadAll();
        }
        return choose();
    }

    /**
     * How many of the greatest logits {@link #sampleGreatest} takes, at most {@link Ops#MOST_GREATEST}; 0 where all
     * logits are looked at: without top-k, with a bias, with penalties.
     */
    public int greatest() {
        if (biases.length > 0 || options.penalizes()) {
            return 0;
        }
        int k = options.isGreedy() ? 1 : Math.min(options.topK(), logits.length);
        return k <= Ops.MOST_GREATEST ? Math.max(k, 0) : 0;
    }

    /**
     * Chooses the token that {@link #sample(MemorySegment)} would, from the {@link #greatest} logits alone.
     *
     * @param greatest F32 [2 k] in native byte order: logit and token in turn, as
     *     {@link Ops#greatest} leaves them
     * @return the token id; {@link #NONE} if no token can be chosen, of which {@code sample} knows the reason
     */
    public int sampleGreatest(MemorySegment greatest) {
        float most = greatest.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0);
        if (!Float.isFinite(most)) {
            return NONE;
        }
        if (options.isGreedy()) {
            return (int) greatest.get(ValueLayout.JAVA_FLOAT_UNALIGNED, Float.BYTES);
        }
        candidates.loadGreatest(greatest, greatest());
        return choose();
    }

    private int choose() {
        if (options.typicalP() < 1) {
            candidates.keepTypical(options.typicalP());
        }
        if (options.topP() < 1) {
            candidates.keepTopP(options.topP());
        }
        if (options.minP() > 0) {
            candidates.keepMinP(options.minP());
        }
        return candidates.draw(options.temperature(), random.nextDouble());
    }

    /** Copies the logits and applies what changes single ones. */
    private void adjust(MemorySegment given, long @Nullable [] allowed) {
        if (given.byteSize() != (long) logits.length * Float.BYTES) {
            throw new IllegalArgumentException("the logits have " + given.byteSize() + " bytes, expected "
                    + (long) logits.length * Float.BYTES + " for a vocabulary of " + logits.length + " tokens");
        }
        MemorySegment.copy(given, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, logits, 0, logits.length);
        for (int i = 0; i < biases.length; i++) {
            logits[biasedTokens[i]] += biases[i];
        }
        penalties.apply(logits);
        if (allowed != null) {
            forbid(allowed);
        }
    }

    private void forbid(long[] allowed) {
        for (int from = 0; from < logits.length; from += Long.SIZE) {
            int size = Math.min(Long.SIZE, logits.length - from);
            for (long word = ~allowed[from / Long.SIZE] & -1L >>> -size; word != 0; word &= word - 1) {
                logits[from + Long.numberOfTrailingZeros(word)] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    private int mostLikely() {
        int best = 0;
        float most = Float.NEGATIVE_INFINITY;
        for (int id = 0; id < logits.length; id++) {
            // Fails for NaN as well, which has to be refused.
            if (!(logits[id] <= most)) {
                LogitChecks.finite(logits, id);
                most = logits[id];
                best = id;
            }
        }
        LogitChecks.some(logits, most == Float.NEGATIVE_INFINITY ? 0 : 1);
        return best;
    }
}
