package io.jgemma.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.Session;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.engine.text.EncodeOptions;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The shipped model against its golden file: float32 results of an independent engine. */
final class DemoModelTest {

    private static Engine engine;

    @BeforeAll
    static void open() {
        engine = Engine.open(EngineOptions.embedded());
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    /** The items without pictures. */
    static Stream<JsonNode> items() {
        return StreamSupport.stream(Golden.resource("demo.json").get("items").spliterator(), false)
                .filter(item -> !item.has("image"));
    }

    @Test
    void thereAreItems() {
        assertThat(items()).hasSizeGreaterThanOrEqualTo(32);
    }

    @ParameterizedTest
    @MethodSource("items")
    void promptIsRenderedAsTheReferences(JsonNode item) {
        assertThat(Golden.render(engine, item)).isEqualTo(item.get("prompt").asText());
    }

    @ParameterizedTest
    @MethodSource("items")
    void tokensAreTheReferences(JsonNode item) {
        assertThat(engine.tokenizer().encode(item.get("prompt").asText(), EncodeOptions.PROMPT))
                .isEqualTo(Golden.ints(item.get("tokens")));
    }

    @ParameterizedTest
    @MethodSource("items")
    void logitsAreTheReferences(JsonNode item) {
        int[] tokens = Golden.ints(item.get("tokens"));
        try (Session session = engine.newSession()) {
            session.evaluate(tokens, i -> i == tokens.length - 1, (i, logits) -> compare(item, logits));
        }
    }

    private static void compare(JsonNode item, MemorySegment logits) {
        double norm = 0;
        for (int i = 0; i < engine.spec().vocabulary(); i++) {
            norm += Math.pow(logits.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i), 2);
        }
        double expectedNorm = item.get("logits_norm").asDouble();
        assertThat(Math.sqrt(norm)).isCloseTo(expectedNorm, within(1e-3 * expectedNorm));
        double error = 0;
        double power = 0;
        for (JsonNode pair : item.get("top10")) {
            double expected = pair.get(1).asDouble();
            double actual = logits.getAtIndex(
                    ValueLayout.JAVA_FLOAT_UNALIGNED, pair.get(0).asInt());
            error += Math.pow(actual - expected, 2);
            power += expected * expected;
        }
        assertThat(error / power)
                .as("normalised mean square error of the ten highest")
                .isLessThan(1e-5);
    }

    @ParameterizedTest
    @MethodSource("items")
    void greedyAnswerIsTheReferences(JsonNode item) {
        GenerationRequest request = GenerationRequest.of(new Prompt.Tokens(Golden.ints(item.get("tokens"))))
                .withSampling(SamplerOptions.greedy())
                .withMaxTokens(item.get("greedy_ids").size());
        try (Session session = engine.newSession()) {
            GenerationResult result = session.generate(request, event -> {});
            assertThat(result.ids()).isEqualTo(Golden.ints(item.get("greedy_ids")));
            assertThat(result.text()).isEqualTo(item.get("greedy_text").asText());
        }
    }

    @Test
    void noticeSaysWhatItIsAndWhereToGetABiggerOne() {
        assertThat(engine.embedded())
                .hasValueSatisfying(model -> assertThat(model.notice())
                        .contains("demo model")
                        .contains("jgemma pull --list")
                        .contains("jgemma chat NAME"));
    }
}
