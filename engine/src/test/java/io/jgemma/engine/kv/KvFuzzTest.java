package io.jgemma.engine.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.cpu.CpuBackend;
import io.jgemma.engine.kv.CacheModel.Line;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.LayerSpec;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.spec.RopeSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random operations on several sequences of a pool, over models and types drawn at random, against F32 keys and values:
 * attention within what the types may be off ({@link NoisyAttention}), one sequence never disturbed by another, and after
 * each operation the pages counted are those held. A failure names the seed of its pool: {@link #runPool} with it alone
 * does the same again.
 */
final class KvFuzzTest {

    private static final QuantType[] TYPES = {
        QuantTypes.F32, QuantTypes.F16, QuantTypes.BF16, QuantTypes.Q8_0, QuantTypes.Q4_0, QuantTypes.Q4_0
    };
    private static final int MOST_LINES = 5;
    private static final int MOST_TOKENS = 600;

    /** Runs that share a pool. */
    private static final int RUNS_OF_A_POOL = 25;

    private static final int OPERATIONS = 10;

    /** Some 15 seconds; the limit is for machines that have other things to do. */
    @Timeout(600)
    @ParameterizedTest
    @CsvSource({"vector, 4900", "scalar, 100"})
    void randomOperationsGiveWhatAPlainCacheGives(String kernels, int runs) {
        try (CpuBackend backend = CpuBackend.open(KernelSet.of(kernels), 1)) {
            for (int first = 0; first < runs; first += RUNS_OF_A_POOL) {
                long seed = kernels.hashCode() + 1_000_003L * first;
                try {
                    runPool(backend, new SplittableRandom(seed));
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError(
                            "pool of seed " + seed + ", " + kernels + " kernels: " + e.getMessage(), e);
                }
                assertThat(backend.allocatedBuffers())
                        .as("buffers after the pool of seed %d", seed)
                        .isZero();
                assertThat(backend.allocatedBytes()).isZero();
            }
        }
    }

    private static void runPool(CpuBackend backend, SplittableRandom random) {
        int group = 1 + random.nextInt(2);
        try (CacheModel cache = new CacheModel(backend, plan(random), group, random)) {
            for (int i = 0; i < RUNS_OF_A_POOL; i++) {
                cache.open().append(1 + random.nextInt(CacheModel.MOST_ROWS), 0);
                for (int operation = 0; operation < OPERATIONS; operation++) {
                    operate(cache, random);
                    cache.recount();
                    if (random.nextInt(3) == 0 && !cache.lines().isEmpty()) {
                        any(cache, random).verifyUnchanged();
                    }
                }
                List.copyOf(cache.lines()).forEach(Line::close);
                assertThat(cache.pool().pagesInUse()).as("pages at the end").isZero();
                assertThat(cache.pool().bytesInUse()).as("bytes at the end").isZero();
            }
        }
    }

    /** Two or three layers, some of them with a window, with heads of one shape. */
    private static KvPlan plan(SplittableRandom random) {
        int kvHeads = oneOf(random, 1, 1, 2);
        int keyDim = oneOf(random, 32, 32, 40, 64);
        int valueDim = random.nextInt(3) == 0 ? oneOf(random, 32, 40, 64) : keyDim;
        int window = oneOf(random, 40, 100, 200, 300);
        RopeSpec rope = RopeSpec.of(RopeSpec.Style.HALVES, keyDim, 1e4, 1);
        List<LayerSpec> layers = new ArrayList<>();
        for (int i = oneOf(random, 2, 2, 3); i > 0; i--) {
            int seen = random.nextBoolean() ? window : 0;
            layers.add(new LayerSpec(kvHeads, kvHeads, keyDim, valueDim, seen, 1, rope, 1, Activation.SILU));
        }
        ModelSpec model = new ModelSpec("test", MOST_TOKENS, 1, 1, 1e-6f, layers);
        return KvPlan.of(model, TYPES[random.nextInt(TYPES.length)], TYPES[random.nextInt(TYPES.length)]);
    }

    private static int oneOf(SplittableRandom random, int... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static Line any(CacheModel cache, SplittableRandom random) {
        return cache.lines().get(random.nextInt(cache.lines().size()));
    }

    private static void operate(CacheModel cache, SplittableRandom random) {
        if (cache.lines().isEmpty()) {
            cache.open();
        }
        Line line = any(cache, random);
        boolean room = cache.lines().size() < MOST_LINES;
        // A new operation, as writing a sequence to a file and reading it, is a method of Line and a case here.
        switch (random.nextInt(20)) {
            case 0 -> line.close();
            case 1 -> line.reserve(random.nextInt(CacheModel.MOST_ROWS));
            case 2, 3, 4, 5 -> line.rewind(random.nextInt(line.length() + 1));
            case 6, 7, 8, 9 -> {
                if (room) {
                    line.fork();
                }
            }
            case 10 -> {
                if (room) {
                    cache.open();
                }
            }
            default -> {
                int tokens = 1 + random.nextInt(oneOf(random, 2, 2, 40, 40, CacheModel.MOST_ROWS));
                line.append(Math.max(1, Math.min(tokens, MOST_TOKENS - line.length())), 1 + random.nextInt(2));
            }
        }
    }
}
