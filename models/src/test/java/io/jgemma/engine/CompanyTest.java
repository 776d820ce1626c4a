package io.jgemma.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.generation.GenerationHandle;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.sample.SamplerOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A request's tokens and their probabilities do not depend on who shares its steps: the same 32 requests alone, in pairs and
 * all together. To the bit with the reference kernels; the others choose a product's path by its number of rows, and round
 * as float32 does.
 */
final class CompanyTest {

    private static final int REQUESTS = 32;

    @TempDir
    private Path folder;

    private static GenerationRequest request(int number, int vocabulary) {
        Random random = new Random(number);
        int[] ids = random.ints(5 + number * 7L % 90, 0, vocabulary).toArray();
        SamplerOptions sampling = number % 2 == 0
                ? SamplerOptions.greedy()
                : SamplerOptions.builder().topK(64).topP(0.95f).build().withSeed(number);
        return GenerationRequest.of(new Prompt.Tokens(ids)).toBuilder()
                .sampling(sampling)
                .maxTokens(4 + number % 5)
                .ignoreEnd(true)
                .topLogprobs(2)
                .build();
    }

    private static List<GenerationResult> inGroupsOf(int size, Engine engine) {
        List<GenerationResult> all = new ArrayList<>();
        for (int first = 0; first < REQUESTS; first += size) {
            List<GenerationHandle> group = new ArrayList<>();
            for (int i = first; i < first + size; i++) {
                group.add(engine.submit(request(i, engine.spec().vocabulary())));
            }
            group.forEach(handle -> all.add(handle.join()));
            engine.forgetPrefixes();
        }
        return all;
    }

    /** The greatest difference of a log-probability up to where two results part. */
    private static double difference(GenerationResult one, GenerationResult other) {
        double most = 0;
        for (int i = 0; i < one.ids().length && one.ids()[i] == other.ids()[i]; i++) {
            double a = one.logprobs().get(i).chosen().logprob();
            most = Math.max(most, Math.abs(a - other.logprobs().get(i).chosen().logprob()));
        }
        return most;
    }

    @ParameterizedTest
    @CsvSource({"scalar, 0", "vector, 1e-3", "auto, 1e-3"})
    void companyDoesNotMatter(String kernels, double bound) throws IOException {
        Path file = folder.resolve("tiny.gguf");
        try (InputStream in = CompanyTest.class.getResourceAsStream("/golden/gemma3-tiny-q4_0.gguf")) {
            Files.copy(Objects.requireNonNull(in), file);
        }
        EngineOptions options =
                EngineOptions.of(file).withContextTokens(256).withThreads(2).withKernels(KernelSet.of(kernels));
        try (Engine engine = Engine.open(options)) {
            List<GenerationResult> alone = inGroupsOf(1, engine);
            long stepsAlone = engine.status().steps();
            List<GenerationResult> pairs = inGroupsOf(2, engine);
            List<GenerationResult> together = inGroupsOf(REQUESTS, engine);
            assertThat(engine.status().steps()).as("steps were shared").isLessThan(3 * stepsAlone);
            for (int i = 0; i < REQUESTS; i++) {
                assertThat(difference(alone.get(i), pairs.get(i))).isLessThanOrEqualTo(bound);
                assertThat(difference(alone.get(i), together.get(i))).isLessThanOrEqualTo(bound);
                if (bound == 0) {
                    assertThat(pairs.get(i).ids()).isEqualTo(alone.get(i).ids());
                    assertThat(together.get(i).ids()).isEqualTo(alone.get(i).ids());
                }
            }
        }
    }
}
