package io.jgemma.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.model.Architecture;
import io.jgemma.engine.model.Architectures;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.models.Golden;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A session that is cut back and goes on gives what a fresh one gives. */
final class RewindTest {

    /**
     * Random weights see little of the text (two texts differ by some 1e-4), so what 1e-5 is on trained ones is less here.
     */
    private static final double RANDOM_WEIGHTS_BOUND = 1e-7;

    private static final double TRAINED_WEIGHTS_BOUND = 1e-5;

    /** Every architecture there is: a new one is tested without a word here. */
    private static Stream<String> architectures() {
        return Architectures.all().stream().map(Architecture::name);
    }

    private static EngineOptions tiny(String name) {
        try {
            return EngineOptions.of(
                    Path.of(Objects.requireNonNull(RewindTest.class.getResource("/golden/" + name + "-tiny-q4_0.gguf"))
                            .toURI()));
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** The questions and answers that the embedded model is measured on, one after the other. */
    private static int[] evaluationText() {
        List<Integer> ids = new ArrayList<>();
        for (JsonNode item : Golden.resource("demo.json").get("items")) {
            if (!item.has("image")) {
                for (String part : List.of("tokens", "greedy_ids")) {
                    Arrays.stream(Golden.ints(item.get(part))).forEach(ids::add);
                }
            }
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void halfPrecisionContinuesAsAFreshSession(String name) {
        try (Engine engine = Engine.open(tiny(name).withContextTokens(1024).withThreads(1))) {
            int[] text = new SplittableRandom(3)
                    .ints(900, 3, engine.spec().vocabulary())
                    .toArray();
            compare(engine, text, RANDOM_WEIGHTS_BOUND);
        }
    }

    @Test
    void halfPrecisionContinuesAsAFreshSessionWithTheEmbeddedModel() {
        try (Engine engine =
                Engine.open(EngineOptions.embedded().withContextTokens(1024).withThreads(1))) {
            compare(engine, evaluationText(), TRAINED_WEIGHTS_BOUND);
        }
    }

    /** Goes on from several cuts, each time after something else, and compares the logits of all tokens. */
    private static void compare(Engine engine, int[] text, double bound) {
        int continued = 30;
        int[] other = Arrays.copyOfRange(text, 500, 800);
        for (int cut : new int[] {1, 32, 255, 257, 500}) {
            int[] following = Arrays.copyOfRange(text, cut, cut + continued);
            List<float[]> fresh;
            try (Session session = engine.newSession()) {
                session.evaluate(Arrays.copyOf(text, cut), i -> false, (i, logits) -> {});
                fresh = logits(session, following);
            }
            try (Session session = engine.newSession()) {
                List<float[]> again = logits(session, cutBack(session, text, cut, other, continued));
                List<float[]> last = again.subList(again.size() - continued, again.size());
                for (int i = 0; i < continued; i++) {
                    assertThat(Golden.nmse(last.get(i), fresh.get(i)))
                            .as("token %d after a cut at %d", i, cut)
                            .isLessThan(bound);
                }
            }
        }
    }

    /**
     * Feeds a text up to a cut, then something else, and cuts that off.
     *
     * @return what is to be fed to have {@code continued} tokens behind the cut
     */
    private static int[] cutBack(Session session, int[] text, int cut, int[] other, int continued) {
        int[] wrong = Arrays.copyOf(text, cut + other.length);
        System.arraycopy(other, 0, wrong, cut, other.length);
        session.evaluate(wrong, i -> false, (i, logits) -> {});
        int[] wanted = Arrays.copyOf(text, cut + 1);
        int kept = session.keepCommonPrefix(wanted);
        assertThat(kept).isLessThanOrEqualTo(cut).isEqualTo(session.position());
        return Arrays.copyOfRange(text, kept, cut + continued);
    }

    private static List<float[]> logits(Session session, int[] ids) {
        List<float[]> all = new ArrayList<>();
        session.evaluate(ids, i -> true, (i, logits) -> all.add(logits.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)));
        return all;
    }

    /**
     * A cut within quantized tokens leaves tiles quantized that a fresh session has in F16 still, and what follows sees
     * them. Over the continuations the perplexity must be the same within 0.5%.
     */
    @Test
    void quantizedKvContinuesAsAFreshSession() {
        int continued = 200;
        int[] text = evaluationText();
        int[] other = Arrays.copyOfRange(text, 2_500, 2_800);
        double fresh = 0;
        double again = 0;
        int tokens = 0;
        try (Engine engine = Engine.open(EngineOptions.embedded()
                .withContextTokens(2048)
                .withThreads(1)
                .withKvTypes(QuantTypes.Q4_0, QuantTypes.Q4_0))) {
            for (int cut : new int[] {200, 333, 512, 777, 1_300}) {
                try (Session session = engine.newSession()) {
                    session.evaluate(Arrays.copyOf(text, cut), i -> false, (i, logits) -> {});
                    fresh += logLoss(session, Arrays.copyOfRange(text, cut, cut + continued), continued);
                }
                try (Session session = engine.newSession()) {
                    int[] following = cutBack(session, text, cut, other, continued);
                    assertThat(following.length - continued)
                            .as("tokens computed again after a cut at %d", cut)
                            .satisfiesAnyOf(
                                    lost -> assertThat(lost).isLessThan(KvLayout.TILE_TOKENS),
                                    lost -> assertThat(lost).isEqualTo(cut));
                    again += logLoss(session, following, continued);
                }
                tokens += continued - 1;
            }
        }
        assertThat(Math.exp((again - fresh) / tokens))
                .as("perplexity after cuts over that of fresh sessions, %g", Math.exp(fresh / tokens))
                .isCloseTo(1, within(0.005));
    }

    /** Sum of {@code -ln p} of the last {@code count} tokens but the first of them. */
    private static double logLoss(Session session, int[] ids, int count) {
        double[] sum = new double[1];
        session.evaluate(
                ids,
                i -> i >= ids.length - count && i + 1 < ids.length,
                (i, logits) -> sum[0] -= logProbability(logits, ids[i + 1]));
        return sum[0];
    }

    private static double logProbability(MemorySegment logits, int id) {
        float[] all = logits.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        double max = Double.NEGATIVE_INFINITY;
        for (float logit : all) {
            max = Math.max(max, logit);
        }
        double sum = 0;
        for (float logit : all) {
            sum += Math.exp(logit - max);
        }
        return all[id] - max - Math.log(sum);
    }
}
