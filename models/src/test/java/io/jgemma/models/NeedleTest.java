package io.jgemma.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.Session;
import io.jgemma.engine.TestModels;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.engine.text.EncodeOptions;
import io.jgemma.engine.text.Tokenizer;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * A fact at 20 depths of a text of 6,000 tokens, asked at its end: Q4_0 K and V must find it as often as F16, within one.
 *
 * <p>The needle moves from the end towards the beginning, so that one session keeps what is before the present place and
 * computes only what is behind: half of what 20 fresh prompts would take.
 */
@LongRun
final class NeedleTest {

    private static final System.Logger LOG = System.getLogger(NeedleTest.class.getName());
    private static final String MODEL = "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf";
    private static final int DEPTHS = 20;
    private static final int TEXT_TOKENS = 6_000;
    private static final int CONTEXT_TOKENS = 6_400;

    @Test
    void quantizedKvFindsWhatHalfPrecisionFinds() {
        Optional<Path> model = TestModels.find(MODEL);
        assumeTrue(model.isPresent(), () -> MODEL + " is not here");
        int half = 0;
        int quantized = 0;
        try (Engine plain = open(model.orElseThrow(), QuantTypes.F16);
                Engine small = open(model.orElseThrow(), QuantTypes.Q4_0);
                Session plainSession = plain.newSession();
                Session smallSession = small.newSession()) {
            List<String> paragraphs = paragraphs(plain.tokenizer());
            for (int i = DEPTHS - 1; i >= 0; i--) {
                half += finds(plainSession, "F16", paragraphs, i) ? 1 : 0;
                quantized += finds(smallSession, "Q4_0", paragraphs, i) ? 1 : 0;
            }
        }
        LOG.log(Level.INFO, "{0} of {2} with F16, {1} of {2} with Q4_0", half, quantized, DEPTHS);
        assertThat(half).as("a model that finds nothing shows nothing").isGreaterThanOrEqualTo(DEPTHS / 2);
        assertThat(Math.abs(quantized - half))
                .as("%d hits with Q4_0, %d with F16", quantized, half)
                .isLessThanOrEqualTo(1);
    }

    private static Engine open(Path model, QuantType type) {
        return Engine.open(
                EngineOptions.of(model).withContextTokens(CONTEXT_TOKENS).withKvTypes(type, type));
    }

    /** Whether the needle at a depth, from 0 to {@link #DEPTHS} less 1, is found. */
    private static boolean finds(Session session, String what, List<String> paragraphs, int depth) {
        // A number of its own at each depth: what was read before is no help.
        String number = String.valueOf(10_000 + (depth * 7_919 + 4_567) % 90_000);
        int before = (2 * depth + 1) * paragraphs.size() / (2 * DEPTHS);
        GenerationRequest request = GenerationRequest.chat(prompt(paragraphs, before, number))
                .withSampling(SamplerOptions.greedy())
                .withMaxTokens(32);
        GenerationResult result = session.generate(request, event -> {});
        boolean hit = result.text().contains(number);
        String found = "%s, after %d of %d paragraphs: %s %s (%s), %d tokens kept, %d computed"
                .formatted(
                        what,
                        before,
                        paragraphs.size(),
                        hit ? "found" : "missed",
                        number,
                        result.text().strip(),
                        result.timings().cachedTokens(),
                        result.timings().promptTokens());
        LOG.log(Level.INFO, found);
        return hit;
    }

    private static String prompt(List<String> paragraphs, int before, String number) {
        List<String> all = new ArrayList<>(paragraphs);
        all.add(before, "The secret number of the lighthouse keeper is " + number + ".");
        return "Read this text.\n\n" + String.join("\n\n", all)
                + "\n\nWhat is the secret number of the lighthouse keeper? Answer with the number only.";
    }

    /** The text's first paragraphs, {@link #TEXT_TOKENS} tokens in all or a little more. */
    private static List<String> paragraphs(Tokenizer tokenizer) {
        List<String> some = new ArrayList<>();
        int count = 0;
        for (String paragraph : LongText.read().split("\n\n", -1)) {
            if (count >= TEXT_TOKENS) {
                break;
            }
            some.add(paragraph);
            count += tokenizer.encode(paragraph, EncodeOptions.PROMPT).length + 1;
        }
        return some;
    }
}
