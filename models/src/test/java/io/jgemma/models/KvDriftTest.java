package io.jgemma.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.Session;
import io.jgemma.engine.TestModels;
import io.jgemma.engine.quant.QuantTypes;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Errors of a Q4_0 cache must not build up. Tokens that come one at a time read more of the past from quantized tiles
 * than those of a prompt, which see their own chunk in F16; so logits differ, and the K and V made of them do. What
 * this comes to after a long text is compared with what it comes to after 1,000 tokens.
 */
final class KvDriftTest {

    private static final System.Logger LOG = System.getLogger(KvDriftTest.class.getName());

    private static final int CHUNK_TOKENS = 512;

    /** Positions whose logits are compared: one alone may happen to be good or bad. */
    private static final int POSITIONS = 32;

    /**
     * By how much the mean error of {@link #POSITIONS} positions may differ from that of others without meaning anything.
     * Errors of neighbours are not independent, so this is more than 32 draws of one distribution would need.
     */
    private static final double CHANCE = 2;

    private static final int REFERENCE_TOKENS = 1_000;

    @ParameterizedTest
    @ValueSource(strings = {"gemma3", "llama"})
    void threeThousandSingleTokensAreAsGoodAsAThousand(String name) throws URISyntaxException {
        Path model =
                Path.of(Objects.requireNonNull(KvDriftTest.class.getResource("/golden/" + name + "-tiny-q4_0.gguf"))
                        .toURI());
        EngineOptions options = EngineOptions.of(model).withThreads(1);
        int tokens = 3_000;
        try (Engine engine = open(options, tokens)) {
            // All single: the first thousand are a text of a thousand.
            double[] errors = errors(engine, ids(engine, tokens), 0, REFERENCE_TOKENS, tokens);
            verify(errors[0], errors[1], tokens);
        }
    }

    /** A model with random weights in the shape of Gemma 3 1B; docs/building.md says how to make and run it. */
    @Test
    @LongRun
    void tenThousandSingleTokensAfterALongPromptAreAsGoodAsAThousand() {
        Optional<Path> model = TestModels.find("gemma3-1b-random.gguf");
        assumeTrue(model.isPresent(), "gemma3-1b-random.gguf is not here");
        int tokens = Integer.getInteger("jgemma.drift.tokens", 32_768);
        int single = Integer.getInteger("jgemma.drift.single", 10_000);
        try (Engine engine = open(EngineOptions.of(model.orElseThrow()), tokens)) {
            int[] ids = ids(engine, tokens);
            int[] few = Arrays.copyOf(ids, REFERENCE_TOKENS);
            int fewInPrompt = REFERENCE_TOKENS - (int) ((long) REFERENCE_TOKENS * single / tokens);
            double noise = errors(engine, few, fewInPrompt, few.length)[0];
            verify(noise, errors(engine, ids, tokens - single, tokens)[0], tokens);
        }
    }

    private static Engine open(EngineOptions options, int tokens) {
        return Engine.open(options.withContextTokens(tokens)
                .withBatchTokens(2048, CHUNK_TOKENS)
                .withKvTypes(QuantTypes.Q4_0, QuantTypes.Q4_0));
    }

    private static int[] ids(Engine engine, int tokens) {
        return new SplittableRandom(17)
                .ints(tokens, 3, engine.spec().vocabulary())
                .toArray();
    }

    private static void verify(double noise, double error, int tokens) {
        String what = "error %g at %d tokens, %g at %d".formatted(noise, REFERENCE_TOKENS, error, tokens);
        LOG.log(Level.INFO, what);
        assertThat(noise).as("%s: quantized tiles are read", what).isPositive();
        assertThat(error).as(what).isLessThan(CHANCE * noise);
    }

    /**
     * Mean square error of the logits before each end: a prompt and then single tokens against all in chunks.
     *
     * @param prompt how many tokens come as a prompt, before the first end's positions
     */
    private static double[] errors(Engine engine, int[] ids, int prompt, int... ends) {
        Map<Integer, float[]> expected = new HashMap<>();
        IntPredicate compared = t -> Arrays.stream(ends).anyMatch(end -> t < end && t >= end - POSITIONS);
        long start = System.nanoTime();
        try (Session session = engine.newSession()) {
            session.evaluate(ids, compared, (t, logits) -> expected.put(t, floats(logits)));
        }
        log(ids.length + " tokens in chunks", start);
        double[] errors = new double[ends.length];
        try (Session session = engine.newSession()) {
            start = System.nanoTime();
            session.evaluate(Arrays.copyOf(ids, prompt), i -> false, (i, logits) -> {});
            log(prompt + " tokens as a prompt", start);
            start = System.nanoTime();
            for (int t = prompt; t < ids.length; t++) {
                int at = t;
                session.evaluate(new int[] {ids[t]}, i -> compared.test(at), (i, logits) -> {
                    int end = 0;
                    while (at >= ends[end]) {
                        end++;
                    }
                    errors[end] += Golden.nmse(floats(logits), Objects.requireNonNull(expected.get(at))) / POSITIONS;
                });
            }
            log(ids.length - prompt + " tokens one at a time", start);
        }
        return errors;
    }

    private static float[] floats(MemorySegment logits) {
        return logits.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    private static void log(String what, long start) {
        LOG.log(Level.INFO, "%s: %.1f s".formatted(what, (System.nanoTime() - start) * 1e-9));
    }
}
