package io.jgemma.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.jgemma.engine.sample.NaiveSampler.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;

/** Every stage alone, by what it promises, and against {@link NaiveSampler}. */
class CandidatesTest {
    private static final float NONE = Float.NEGATIVE_INFINITY;
    private static final double ROUNDING = 1e-9;

    /** Logits as models give them, many equal ones, and extremes; one at least is finite. */
    @Provide
    Arbitrary<float[]> logits() {
        Arbitrary<Float> usual = Arbitraries.floats().between(-20, 20);
        Arbitrary<Float> equal = Arbitraries.of(-3f, -1f, -0.0f, 0f, 0.5f, 2f, NONE);
        Arbitrary<Float> extreme = Arbitraries.of(
                Float.MAX_VALUE, -Float.MAX_VALUE, 1e30f, -1e30f, 88f, -88f, 750f, -750f, Float.MIN_VALUE, 0f, NONE);
        return Arbitraries.oneOf(usual, Arbitraries.oneOf(equal), Arbitraries.oneOf(extreme, usual, equal))
                .array(float[].class)
                .ofMinSize(1)
                .ofMaxSize(80)
                .filter(logits -> !NaiveSampler.tokens(logits).isEmpty());
    }

    @Property
    void loadAllTakesAllThatArePossible(@ForAll("logits") float[] logits) {
        assertThat(tokens(all(logits), logits)).isEqualTo(NaiveSampler.tokens(logits));
    }

    @Property
    void loadTopTakesTheGreatestInOrder(@ForAll("logits") float[] logits, @ForAll @IntRange(min = 1, max = 100) int k) {
        assertThat(tokens(top(logits, k), logits)).isEqualTo(NaiveSampler.topK(NaiveSampler.tokens(logits), k));
    }

    @Property
    void topPTakesTheShortestHeadThatReachesP(
            @ForAll("logits") float[] logits, @ForAll @DoubleRange(max = 0.999999) @Scale(6) double p) {
        Candidates candidates = all(logits);
        candidates.keepTopP(p);
        List<Token> kept = tokens(candidates, logits);

        List<Token> ordered = NaiveSampler.topK(NaiveSampler.tokens(logits), logits.length);
        assertThat(kept).isEqualTo(ordered.subList(0, kept.size()));
        double[] probabilities = NaiveSampler.probabilities(ordered, 1);
        double mass = sum(probabilities, kept.size());
        assertThat(mass).isGreaterThanOrEqualTo(p - ROUNDING);
        if (kept.size() > 1) {
            assertThat(sum(probabilities, kept.size() - 1)).isLessThan(p + ROUNDING);
        }
    }

    @Property
    void topPOfTheTopKGoesByWhatTopKLeft(
            @ForAll("logits") float[] logits,
            @ForAll @IntRange(min = 1, max = 30) int k,
            @ForAll @DoubleRange(max = 0.999999) @Scale(6) double p) {
        Candidates candidates = top(logits, k);
        candidates.keepTopP(p);
        assertThat(tokens(candidates, logits))
                .isEqualTo(NaiveSampler.topP(NaiveSampler.topK(NaiveSampler.tokens(logits), k), p));
    }

    @Property
    void minPKeepsThoseAsLikelyAsAFractionOfTheLikeliest(
            @ForAll("logits") float[] logits, @ForAll @DoubleRange(min = 1e-9, max = 1) @Scale(9) double p) {
        Candidates candidates = all(logits);
        candidates.keepMinP(p);
        List<Token> kept = tokens(candidates, logits);

        List<Token> tokens = NaiveSampler.tokens(logits);
        double[] probabilities = NaiveSampler.probabilities(tokens, 1);
        double greatest = 0;
        for (double probability : probabilities) {
            greatest = Math.max(greatest, probability);
        }
        for (int i = 0; i < probabilities.length; i++) {
            double ratio = probabilities[i] / greatest;
            if (ratio >= p * (1 + ROUNDING)) {
                assertThat(kept).contains(tokens.get(i));
            } else if (ratio < p * (1 - ROUNDING)) {
                assertThat(kept).doesNotContain(tokens.get(i));
            }
        }
        assertThat(kept).isSubsetOf(tokens).isNotEmpty();
    }

    @Property
    void typicalTakesTheShortestHeadByDistanceFromTheEntropy(
            @ForAll("logits") float[] logits, @ForAll @DoubleRange(max = 0.999999) @Scale(6) double p) {
        Candidates candidates = all(logits);
        candidates.keepTypical(p);
        List<Token> kept = tokens(candidates, logits);

        List<Token> tokens = NaiveSampler.tokens(logits);
        assertThat(kept).isSubsetOf(tokens).doesNotHaveDuplicates().isSortedAccordingTo(NaiveSampler.LIKELIEST_FIRST);
        double[] probabilities = NaiveSampler.probabilities(tokens, 1);
        double entropy = 0;
        for (double probability : probabilities) {
            entropy -= probability == 0 ? 0 : probability * StrictMath.log(probability);
        }
        double mass = 0;
        double farthest = 0;
        double nearestDropped = Double.POSITIVE_INFINITY;
        double[] distances = new double[probabilities.length];
        for (int i = 0; i < probabilities.length; i++) {
            distances[i] = Math.abs(-StrictMath.log(probabilities[i]) - entropy);
            if (kept.contains(tokens.get(i))) {
                mass += probabilities[i];
                farthest = Math.max(farthest, distances[i]);
            } else {
                nearestDropped = Math.min(nearestDropped, distances[i]);
            }
        }
        // Distances are compared as floats, so those that differ less may come in any order.
        assertThat(farthest).isFinite().isLessThanOrEqualTo(nearestDropped * (1 + 1e-6) + 1e-6);
        assertThat(mass).isGreaterThan(p - ROUNDING);
        double last = 0;
        for (int i = 0; i < probabilities.length; i++) {
            if (distances[i] >= farthest * (1 - 1e-6) - 1e-6 && kept.contains(tokens.get(i))) {
                last = Math.max(last, probabilities[i]);
            }
        }
        assertThat(kept.size() == 1 || mass - last <= p + ROUNDING)
                .as("nobody could be spared")
                .isTrue();
    }

    @Property
    void theDrawEqualsTheNaiveOne(
            @ForAll("logits") float[] logits,
            @ForAll @DoubleRange(min = 0.01, max = 20) double temperature,
            @ForAll @DoubleRange(max = 0.9999999999999999) @Scale(16) double u) {
        int drawn = all(logits).draw(temperature, u);
        int naive = NaiveSampler.draw(NaiveSampler.tokens(logits), temperature, u);
        if (drawn != naive) {
            // Only where u falls on a border between two tokens may the two differ, by rounding.
            assertThat(borderDistance(logits, temperature, u)).isCloseTo(0, offset(1e-12));
        }
        assertThat(logits[drawn]).isGreaterThan(NONE);
    }

    @Property(tries = 300)
    void theEdgesOfTheDrawAreTheFirstAndTheLastTokenWithAProbability(
            @ForAll("logits") float[] logits, @ForAll @DoubleRange(min = 0.01, max = 20) double temperature) {
        List<Token> tokens = NaiveSampler.tokens(logits);
        double[] probabilities = NaiveSampler.probabilities(tokens, temperature);
        List<Integer> possible = new ArrayList<>();
        double smallest = 1;
        for (int i = 0; i < probabilities.length; i++) {
            if (probabilities[i] > 0) {
                possible.add(tokens.get(i).id());
                smallest = Math.min(smallest, probabilities[i]);
            }
        }
        assertThat(all(logits).draw(temperature, 0)).isEqualTo(possible.getFirst());
        Assume.that(smallest > 1e-12);
        assertThat(all(logits).draw(temperature, 1 - 0x1p-53)).isEqualTo(possible.getLast());
    }

    @Test
    void knownCases() {
        float[] logits = ofProbabilities(0.1, 0.5, 0.15, 0.25);
        assertThat(ids(all(logits), c -> c.keepTopP(0.6))).containsExactly(1, 3);
        assertThat(ids(all(logits), c -> c.keepTopP(0.76))).containsExactly(1, 3, 2);
        assertThat(ids(all(logits), c -> c.keepTopP(0))).containsExactly(1);
        assertThat(ids(all(logits), c -> c.keepMinP(0.29))).containsExactly(1, 2, 3);
        assertThat(ids(all(logits), c -> c.keepMinP(1))).containsExactly(1);
        assertThat(ids(top(logits, 2), c -> c.keepMinP(0.1))).containsExactly(1, 3);
        // Entropy 1.208; surprisals 2.303, 0.693, 1.897, 1.386: by distance 3, 1, 2, 0.
        assertThat(ids(all(logits), c -> c.keepTypical(0))).containsExactly(3);
        assertThat(ids(all(logits), c -> c.keepTypical(0.3))).containsExactly(1, 3);
        assertThat(ids(all(logits), c -> c.keepTypical(0.8))).containsExactly(1, 3, 2);
        assertThat(ids(all(logits), c -> c.keepTypical(0.95))).containsExactly(1, 3, 2, 0);
    }

    @Test
    void minPAfterTypicalGoesByTheLikeliestThatIsLeft() {
        // The certain-looking token is far from the entropy and goes; half of the rest's likeliest stays.
        float[] logits = new float[101];
        logits[7] = (float) StrictMath.log(40);
        Candidates candidates = all(logits);
        candidates.keepTypical(0.5);
        assertThat(tokens(candidates, logits)).noneMatch(token -> token.id() == 7);
        int left = candidates.count();
        candidates.keepMinP(0.5);
        assertThat(candidates.count()).isEqualTo(left).isGreaterThan(50);
    }

    @Test
    void equalLogitsGoByTokenId() {
        float[] logits = {1, 2, 2, -0.0f, 0, 2, 1};
        assertThat(ids(top(logits, 2), c -> {})).containsExactly(1, 2);
        assertThat(ids(top(logits, 6), c -> {})).containsExactly(1, 2, 5, 0, 6, 3);
        float[] flat = new float[4];
        assertThat(ids(all(flat), c -> c.keepTopP(0.5))).containsExactly(0, 1);
        assertThat(ids(all(flat), c -> c.keepTopP(0.75))).containsExactly(0, 1, 2);
        assertThat(ids(top(flat, 4), c -> c.keepTopP(0.75))).containsExactly(0, 1, 2);
        // Top-p stops where it reaches p, typical where it exceeds it.
        assertThat(ids(all(flat), c -> c.keepTypical(0.5))).containsExactly(0, 1, 2);
        assertThat(ids(all(flat), c -> c.keepMinP(1))).containsExactly(0, 1, 2, 3);
    }

    private interface Stage {
        void apply(Candidates candidates);
    }

    private static List<Integer> ids(Candidates candidates, Stage stage) {
        stage.apply(candidates);
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < candidates.count(); i++) {
            ids.add(candidates.token(i));
        }
        return ids;
    }

    private static Candidates all(float[] logits) {
        Candidates candidates = new Candidates(logits, logits.length);
        candidates.loadAll();
        return candidates;
    }

    private static Candidates top(float[] logits, int k) {
        int most = Math.min(k, logits.length);
        Candidates candidates = new Candidates(logits, most);
        candidates.loadTop(most);
        return candidates;
    }

    private static List<Token> tokens(Candidates candidates, float[] logits) {
        Map<Integer, Token> byId =
                NaiveSampler.tokens(logits).stream().collect(Collectors.toMap(Token::id, Function.identity()));
        return ids(candidates, c -> {}).stream().map(byId::get).toList();
    }

    private static float[] ofProbabilities(double... probabilities) {
        float[] logits = new float[probabilities.length];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) StrictMath.log(probabilities[i]);
        }
        return logits;
    }

    private static double sum(double[] values, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += values[i];
        }
        return sum;
    }

    private static double borderDistance(float[] logits, double temperature, double u) {
        double[] probabilities = NaiveSampler.probabilities(NaiveSampler.tokens(logits), temperature);
        double nearest = 1;
        for (int i = 0; i <= probabilities.length; i++) {
            nearest = Math.min(nearest, Math.abs(sum(probabilities, i) - u));
        }
        return nearest;
    }
}
