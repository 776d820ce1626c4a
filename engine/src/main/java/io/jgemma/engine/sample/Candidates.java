package io.jgemma.engine.sample;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The tokens that may still be chosen, and the stages that make them fewer. Each stage keeps at least one token; all
 * sums are in double, in the order of the candidates, of {@link Exponential}, so that every JDK gets the same ones.
 *
 * <p>A candidate is one {@code long}: its logit's bits, ordered like the logits themselves, above the complement of its
 * token id. A greater key is a greater logit or, among equals, a lower id: a total order without ties. p(i) stands for
 * the softmax over the candidates present when a stage begins.
 */
final class Candidates {
    /** Logits by how far they are below the top one, a step each 1/128; the last step holds all that are farther. */
    private static final int STEPS = 8192;

    private static final double STEPS_PER_LOGIT = 128;

    /** More than sums of a vocabulary's weights in two orders differ by, relative to the sum. */
    private static final double ROUNDING = 1e-9;

    private final float[] logits;
    private final long[] keys;
    // For a whole vocabulary alone: what top-k leaves has an order.
    private final double[] stepWeights;
    private final int[] stepStarts;
    private final int[] stepEnds;
    private final double[] weights;
    private int count;
    private float top;

    /** Whether keys descend; else they are in order of token ids. */
    private boolean sorted;

    /**
     * No candidates yet.
     *
     * @param logits F32 [vocabulary], read by the {@code load} methods and by the stages that follow
     * @param capacity most candidates that will ever be loaded
     */
    Candidates(float[] logits, int capacity) {
        this.logits = logits;
        keys = new long[capacity];
        weights = new double[capacity];
        int steps = capacity == logits.length ? STEPS : 0;
        stepWeights = new double[steps];
        stepStarts = new int[steps];
        stepEnds = new int[steps];
    }

    int count() {
        return count;
    }

    /** The token id of candidate {@code i}. */
    int token(int i) {
        return ~(int) keys[i];
    }

    /** Takes every token whose logit is above negative infinity, in order of ids. */
    void loadAll() {
        count = 0;
        sorted = false;
        top = Float.NEGATIVE_INFINITY;
        for (int id = 0; id < logits.length; id++) {
            float logit = logits[id];
            // One comparison for what nearly always holds; it fails for NaN, which the caller has to hear of.
            if (!(logit <= top)) {
                LogitChecks.finite(logits, id);
                top = logit;
            }
            if (logit > Float.NEGATIVE_INFINITY) {
                keys[count++] = key(logit, id);
            }
        }
        LogitChecks.some(logits, count);
    }

    /**
     * Top-k: takes the {@code k} greatest logits (lower ids first among equals), in descending order. A heap of the k
     * greatest so far makes it one pass over the logits, of which few get past the comparison with its least.
     */
    void loadTop(int k) {
        count = 0;
        sorted = true;
        float least = Float.NEGATIVE_INFINITY;
        for (int id = 0; id < logits.length; id++) {
            float logit = logits[id];
            if (!(logit <= least)) {
                LogitChecks.finite(logits, id);
                if (count < k) {
                    keys[count] = key(logit, id);
                    MinHeap.rise(keys, count++);
                } else {
                    keys[0] = key(logit, id);
                    MinHeap.sink(keys, 0, k);
                }
                least = count < k ? Float.NEGATIVE_INFINITY : logit(keys[0]);
            }
        }
        LogitChecks.some(logits, count);
        for (int size = count; size > 1; size--) {
            MinHeap.pop(keys, size);
        }
        top = logit(keys[0]);
    }

    /**
     * Takes the {@code k} greatest logits, found before: {@code greatest} is F32 [2 k], logit and token in turn, in
     * descending order, the first of them finite.
     */
    void loadGreatest(MemorySegment greatest, int k) {
        count = 0;
        sorted = true;
        top = greatest.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0);
        for (int i = 0; i < k; i++) {
            float logit = greatest.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 2L * i * Float.BYTES);
            if (logit == Float.NEGATIVE_INFINITY) {
                break;
            }
            int id = (int) greatest.get(ValueLayout.JAVA_FLOAT_UNALIGNED, (2L * i + 1) * Float.BYTES);
            logits[id] = logit;
            keys[count++] = key(logit, id);
        }
    }

    /**
     * Locally typical sampling (Meister et al., "Locally typical sampling", 2023): with the entropy
     * H = -sum p(i) ln p(i), takes candidates by ascending |-ln p(i) - H|, rounded to float (lower ids first among
     * equals), until their probabilities together exceed {@code p}. They stay in descending order of logits.
     */
    void keepTypical(double p) {
        weigh(1);
        double sum = 0;
        double moment = 0;
        for (int i = 0; i < count; i++) {
            sum += weights[i];
            moment += weights[i] * ((double) logit(keys[i]) - top);
        }
        // ln p(i) = x(i) - ln sum, so H = ln sum - sum p(i) x(i), and -ln p(i) - H is this mean less x(i).
        double mean = moment / sum;
        for (int i = 0; i < count; i++) {
            double x = (double) logit(keys[i]) - top;
            keys[i] = ~key(-(float) Math.abs(mean - x), token(i));
        }
        MinHeap.build(keys, count);
        double target = p * sum;
        double reached = 0;
        int kept = 0;
        do {
            MinHeap.pop(keys, count - kept);
            kept++;
            reached += Exponential.of((double) logits[~(int) ~keys[count - kept]] - top);
        } while (reached <= target && kept < count);
        bringForward(kept);
        for (int i = 0; i < kept; i++) {
            int id = token(i);
            keys[i] = key(logits[id], id);
        }
        count = kept;
        sort();
    }

    /**
     * Top-p, or nucleus sampling (Holtzman et al., "The curious case of neural text degeneration", 2020): takes
     * candidates by descending logits (lower ids first among equals) until their probabilities together reach
     * {@code p}.
     */
    void keepTopP(double p) {
        weigh(1);
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += weights[i];
        }
        double target = p * sum;
        if (!sorted) {
            // Of a whole vocabulary only what may be kept needs an order.
            sortDownTo(stepThatHolds(target + sum * ROUNDING));
            sorted = true;
            weigh(1);
        }
        double reached = 0;
        int kept = 0;
        do {
            reached += weights[kept];
            kept++;
        } while (reached < target && kept < count);
        count = kept;
    }

    /** The step at whose end the candidates together weigh {@code least}. */
    private int stepThatHolds(double least) {
        Arrays.fill(stepWeights, 0);
        for (int i = 0; i < count; i++) {
            stepWeights[step(keys[i])] += weights[i];
        }
        double reached = 0;
        for (int step = 0; step < STEPS - 1; step++) {
            reached += stepWeights[step];
            if (reached >= least) {
                return step;
            }
        }
        return STEPS - 1;
    }

    /**
     * Keeps the candidates down to a step and sorts them: first by steps, in place (McIlroy, Bostic and McIlroy, "Engineering radix sort", 1993), then
     * those of each step, which are few.
     */
    private void sortDownTo(int last) {
        Arrays.fill(stepEnds, 0, last + 1, 0);
        int kept = 0;
        for (int i = 0; i < count; i++) {
            int step = step(keys[i]);
            if (step <= last) {
                keys[kept++] = keys[i];
                stepEnds[step]++;
            }
        }
        count = kept;
        int end = 0;
        for (int step = 0; step <= last; step++) {
            stepStarts[step] = end;
            end += stepEnds[step];
            stepEnds[step] = end;
        }
        int from = 0;
        for (int step = 0; step <= last; step++) {
            int to = stepEnds[step];
            while (stepStarts[step] < to) {
                int here = stepStarts[step];
                long key = keys[here];
                int place = stepStarts[step(key)]++;
                keys[here] = keys[place];
                keys[place] = key;
            }
            Arrays.sort(keys, from, to);
            reverse(from, to);
            from = to;
        }
    }

    private int step(long key) {
        return (int) Math.min((top - (double) logit(key)) * STEPS_PER_LOGIT, STEPS - 1);
    }

    private void reverse(int from, int to) {
        for (int i = from, j = to - 1; i < j; i++, j--) {
            long key = keys[i];
            keys[i] = keys[j];
            keys[j] = key;
        }
    }

    /** Sets the weight of each candidate to exp((logit - top) / temperature). */
    private void weigh(double temperature) {
        for (int i = 0; i < count; i++) {
            weights[i] = Exponential.of(((double) logit(keys[i]) - top) / temperature);
        }
    }

    /**
     * Min-p (Nguyen et al., "Turning up the heat: min-p sampling for creative and coherent LLM outputs", 2024): keeps
     * the candidates with p(i) at least {@code p} times the greatest, that is, logits at least the greatest + ln p.
     */
    void keepMinP(double p) {
        keepAtLeast(top + StrictMath.log(p));
    }

    /**
     * Draws one candidate i with a probability proportional to w(i) = exp(logit(i) / temperature): the first, in the
     * order of the candidates, whose running sum of w exceeds {@code u} times the whole sum.
     *
     * @param u uniform in [0, 1)
     * @return the token id
     */
    int draw(double temperature, double u) {
        weigh(temperature);
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += weights[i];
        }
        double target = u * sum;
        double reached = 0;
        int drawn = 0;
        for (int i = 0; i < count && reached <= target; i++) {
            if (weights[i] > 0) {
                reached += weights[i];
                drawn = i;
            }
        }
        return token(drawn);
    }

    private void keepAtLeast(double logit) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (logit(keys[i]) >= logit) {
                keys[kept++] = keys[i];
            }
        }
        count = kept;
    }

    /** Makes the last {@code kept} keys, taken from a heap of complements, the first ones in the order they came. */
    private void bringForward(int kept) {
        int half = Math.min(kept, count >>> 1);
        for (int i = 0; i < half; i++) {
            long key = keys[i];
            keys[i] = keys[count - 1 - i];
            keys[count - 1 - i] = key;
        }
        for (int i = 0; i < kept; i++) {
            keys[i] = ~keys[i];
        }
    }

    private void sort() {
        MinHeap.build(keys, count);
        for (int size = count; size > 1; size--) {
            MinHeap.pop(keys, size);
        }
        sorted = true;
        top = logit(keys[0]);
    }

    private static long key(float logit, int id) {
        // Adding zero makes -0 into 0, which are equal as logits but not as bits.
        int bits = Float.floatToRawIntBits(logit + 0.0f);
        return (long) (bits ^ (bits >> 31 & Integer.MAX_VALUE)) << 32 | (~id & 0xffffffffL);
    }

    private static float logit(long key) {
        int bits = (int) (key >> 32);
        return Float.intBitsToFloat(bits ^ (bits >> 31 & Integer.MAX_VALUE));
    }
}
