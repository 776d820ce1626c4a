package io.jgemma.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.Session;
import io.jgemma.engine.TestModels;
import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.chat.ContentPart;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.sample.SamplerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Pictures of coloured shapes in every format and orientation that {@code tools/vision-pictures.py} drew into
 * {@code $JGEMMA_MODELS/vision-pictures}: the demo model is right about them as often as it is in transformers.
 */
@EnabledIfSystemProperty(named = "jgemma.long", matches = "true")
final class DrawnPicturesTest {

    @Test
    void answersAreRightAsOftenAsTheReferences() throws IOException {
        Optional<Path> found = TestModels.cached("vision-pictures");
        assumeThat(found).as("the folder that tools/vision-pictures.py writes").isPresent();
        Path folder = found.orElseThrow();
        JsonNode items =
                new ObjectMapper().readTree(folder.resolve("answers.json").toFile());
        int right = 0;
        int expectedRight = 0;
        int equal = 0;
        try (Engine engine = Engine.open(EngineOptions.embedded())) {
            for (JsonNode item : items) {
                String answer = answer(
                        engine,
                        folder.resolve(item.get("file").asText()),
                        item.get("question").asText());
                String expect = item.get("expect").asText();
                right += answer.contains(expect) ? 1 : 0;
                expectedRight += item.get("answer").asText().contains(expect) ? 1 : 0;
                equal += answer.equals(item.get("answer").asText()) ? 1 : 0;
            }
        }
        String figures = "%d of %d right, the reference %d; %d answers equal"
                .formatted(right, items.size(), expectedRight, equal);
        System.out.println(figures);
        assertThat(right).as(figures).isCloseTo(expectedRight, Offset.offset(items.size() / 100));
    }

    private static String answer(Engine engine, Path file, String question) {
        ChatMessage message = ChatMessage.user(List.of(ContentPart.Image.of(file)), question);
        GenerationRequest request = GenerationRequest.builder(new Prompt.Chat(List.of(message), List.of(), Map.of()))
                .sampling(SamplerOptions.greedy())
                .maxTokens(40)
                .build();
        try (Session session = engine.newSession()) {
            return session.generate(request, event -> {}).text().strip();
        }
    }
}
