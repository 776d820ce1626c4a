package io.jgemma.cli.bench;

import io.jgemma.engine.Engine;
import io.jgemma.engine.Session;
import io.jgemma.engine.backend.OperationProfile;
import io.jgemma.engine.text.Vocabulary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Runs tests on one engine. Tokens are random, as speed does not depend on them; a prompt is computed in batches with
 * logits of its last token only, generation one token at a time with its logits, without sampling.
 */
final class BenchRunner {
    private static final long SEED = 20_240_501L;
    private static final int WARM_UP_PROMPT = 512;
    private static final int WARM_UP_TOKENS = 64;

    private final Session session;
    private final OperationProfile profile;
    private final Vocabulary vocabulary;
    private final int tokens;
    private final RandomGenerator random =
            RandomGeneratorFactory.of("SplittableRandom").create(SEED);

    /**
     * A runner.
     *
     * @param profile what the engine's operations are added up in, if they are
     */
    BenchRunner(Engine engine, Session session, OperationProfile profile) {
        this.session = session;
        this.profile = profile;
        this.vocabulary = engine.tokenizer().vocabulary();
        this.tokens = Math.min(vocabulary.size(), engine.spec().vocabulary());
    }

    /** Lets the machine find its pace and the JVM compile: shortened runs that nobody counts, for so long at least. */
    void warmUp(BenchTest test, Duration least) {
        long start = System.nanoTime();
        do {
            session.clear();
            prompt(session, Math.min(test.depthTokens(), WARM_UP_PROMPT));
            prompt(session, Math.min(test.promptTokens(), WARM_UP_PROMPT));
            generate(session, Math.min(test.generatedTokens(), WARM_UP_TOKENS));
        } while (System.nanoTime() - start < least.toNanos());
    }

    /** Time of {@code repetitions} runs, each behind the same tokens, which are computed once. */
    BenchSamples measure(BenchTest test, int repetitions) {
        List<Long> nanos = new ArrayList<>();
        session.clear();
        prompt(session, test.depthTokens());
        profile.clear();
        for (int i = 0; i < repetitions; i++) {
            try (Session run = session.fork()) {
                long start = System.nanoTime();
                prompt(run, test.promptTokens());
                generate(run, test.generatedTokens());
                nanos.add(System.nanoTime() - start);
            }
        }
        return new BenchSamples(test.tokens(), nanos);
    }

    /** Time of each operation in the runs last measured. */
    List<OperationProfile.Row> operations() {
        return profile.rows();
    }

    private void prompt(Session session, int count) {
        if (count > 0) {
            int[] ids = random.ints(count, 0, tokens).toArray();
            if (session.position() == 0 && vocabulary.addBos()) {
                ids[0] = vocabulary.bosId();
            }
            session.evaluate(ids, index -> index == count - 1, (_, _) -> {});
        }
    }

    private void generate(Session session, int count) {
        session.evaluateEach(random.ints(count, 0, tokens).toArray(), (_, _) -> {});
    }
}
