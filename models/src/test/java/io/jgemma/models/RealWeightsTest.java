package io.jgemma.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.Session;
import io.jgemma.engine.TestModels;
import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.cpu.x86.X86Support;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.engine.text.EncodeOptions;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Real weights against an independent float32 pass over them, where they are present: prompts and token ids equal, the greedy tokens that
 * both references are sure of equal, logits at most as far off as llama.cpp's.
 */
@Timeout(600)
final class RealWeightsTest {

    private static final int WORST = 3;

    private static List<String> models() {
        return List.of(
                "gemma-3-270m-q4_0",
                "gemma-3-270m-q4_k_m",
                "smollm2-135m-instruct-q4_1",
                "qwen2.5-coder-0.5b-instruct-q4_k_m");
    }

    @ParameterizedTest
    @MethodSource("models")
    void agreesWithTheReference(String name) {
        agrees(name, "auto", true, 1);
    }

    /**
     * With prompts rounded to 8 bits, as llama.cpp rounds them: logits alone, because rounding turns a token of a near tie. Which way a number is rounded
     * hangs on its last bits, so that the error of 8 bits itself moves by some hundredths with the order of any sum.
     */
    @ParameterizedTest
    @MethodSource("models")
    void agreesWithTheReferenceInEightBits(String name) {
        agrees(name, "fast", false, 1.1);
    }

    /** The same with the kernels for processors without AVX-512, wherever these can run. */
    @LongRun
    @ParameterizedTest
    @MethodSource("models")
    void agreesWithTheReferenceOnEarlierInstructions(String name) {
        assumeTrue(X86Support.find().isPresent(), "no assembled kernels on this machine");
        agrees(name, "avx2", true, 1);
        agrees(name, "avx2-fast", false, 1.1);
        if (X86Support.find().limitedTo("avx-vnni").isPresent()) {
            agrees(name, "avx-vnni", true, 1);
            agrees(name, "avx-vnni-fast", false, 1.1);
        }
    }

    private static void agrees(String name, String kernels, boolean tokens, double share) {
        Optional<Path> model = TestModels.find(name + ".gguf");
        Optional<Path> golden = TestModels.shared("models/real/" + name + ".json");
        assumeTrue(model.isPresent() && golden.isPresent(), () -> name + " is not here");
        try (Engine engine = Engine.open(
                EngineOptions.of(model.orElseThrow()).withContextTokens(2048).withKernels(KernelSet.of(kernels)))) {
            List<Double> ours = new ArrayList<>();
            List<Double> theirs = new ArrayList<>();
            for (JsonNode item : Golden.file(golden.orElseThrow()).get("items")) {
                double error = compare(engine, item, tokens);
                double reference = item.get("llama_cpp_nmse").asDouble();
                assertThat(error).as(name + " " + item.get("name").asText()).isLessThan(WORST * reference);
                ours.add(error);
                theirs.add(reference);
            }
            System.out.printf(
                    Locale.ROOT,
                    "%s %s: median error %.2g, llama.cpp's %.2g%n",
                    name,
                    kernels,
                    median(ours),
                    median(theirs));
            assertThat(median(ours)).as("median error").isLessThanOrEqualTo(share * median(theirs));
        }
    }

    private static double compare(Engine engine, JsonNode item, boolean greedy) {
        String what = item.get("name").asText();
        int[] tokens = Golden.ints(item.get("tokens"));
        if (item.hasNonNull("messages")) {
            assertThat(Golden.render(engine, item))
                    .as(what)
                    .isEqualTo(item.get("prompt").asText());
        }
        assertThat(engine.tokenizer().encode(item.get("prompt").asText(), EncodeOptions.PROMPT))
                .as(what)
                .isEqualTo(tokens);
        int sure = item.get("sure").asInt();
        if (greedy && sure > 0) {
            try (Session session = engine.newSession()) {
                GenerationRequest request = GenerationRequest.of(new Prompt.Tokens(tokens))
                        .withSampling(SamplerOptions.greedy())
                        .withMaxTokens(sure)
                        .withIgnoreEnd(true);
                assertThat(session.generate(request, event -> {}).ids())
                        .as(what)
                        .isEqualTo(Arrays.copyOf(Golden.ints(item.get("greedy_ids")), sure));
            }
        }
        double[] error = new double[1];
        try (Session session = engine.newSession()) {
            session.evaluate(tokens, i -> i == tokens.length - 1, (i, logits) -> error[0] = error(item, logits));
        }
        return error[0];
    }

    private static double error(JsonNode item, MemorySegment logits) {
        float[] expected = Golden.floats(item.get("logits_f32_base64"));
        int stride = item.get("logits_stride").asInt();
        float[] all = logits.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        float[] actual = new float[expected.length];
        for (int i = 0; i < actual.length; i++) {
            actual[i] = all[i * stride];
        }
        return Golden.centredNmse(
                actual, Golden.mean(all), expected, item.get("logits_mean").asDouble());
    }

    private static double median(List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
