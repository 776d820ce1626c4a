package io.jgemma.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.engine.TestModels;
import io.jgemma.engine.gguf.GgufFile;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The vocabularies of real models, where they are at hand. */
class SharedVocabularyTest {
    private static final int TEXTS = 5000;

    @ParameterizedTest
    @ValueSource(strings = {"gemma3", "llama3.1", "qwen3"})
    void tokenIdsEqualTheFixtures(String family) {
        JsonNode cases = TestVocabularies.json(shared("fixtures/tokenizer/" + family + ".json"));
        withTokenizer(vocabulary(family), tokenizer -> {
            assertThat(cases.size()).isGreaterThan(50);
            for (JsonNode item : cases) {
                assertThat(tokenizer.encode(item.get("text").asText(), EncodeOptions.FRAGMENT))
                        .as("%s", item.get("text"))
                        .containsExactly(TestVocabularies.ids(item.get("ids")));
            }
        });
    }

    @Test
    void tekkenTellsWordsByCase() {
        try (GgufFile file = GgufFile.open(vocabulary("llama3.1"))) {
            Tokenizer tokenizer =
                    Tokenizers.of(MapFields.copyOf(file.metadata()).with(Tokenizers.PRE, "tekken"));
            assertThat(tokenizer.encode("123 helloWorld")).containsExactly(16, 17, 18, 24748, 10343);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gemma-3-270m-q4_0",
                "gemma-3-270m-q4_k_m",
                "smollm2-135m-instruct-q4_1",
                "qwen2.5-coder-0.5b-instruct-q4_k_m"
            })
    void promptsHaveTheRecordedIds(String name) {
        JsonNode items =
                TestVocabularies.json(shared("models/real/" + name + ".json")).get("items");
        Optional<Path> model = TestModels.find(name + ".gguf");
        assumeTrue(model.isPresent(), name + ".gguf is not here");
        withTokenizer(model.orElseThrow(), tokenizer -> {
            assertThat(tokenizer.warnings()).isEmpty();
            for (JsonNode item : items) {
                assertThat(tokenizer.encode(item.get("prompt").asText(), EncodeOptions.PROMPT))
                        .as("%s", item.get("name"))
                        .containsExactly(TestVocabularies.ids(item.get("tokens")));
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"gemma3,false", "llama3.1,false", "qwen3,true"})
    void randomTextSurvives(String family, boolean nfc) {
        withTokenizer(vocabulary(family), tokenizer -> RoundTripTest.check(tokenizer, nfc, TEXTS));
    }

    @ParameterizedTest
    @CsvSource({"gemma3,106,1 106", "llama3.1,128009,128001 128009", "qwen3,151645,151643 151645"})
    void turnsEndWhereTheFamilyEndsThem(String family, int endOfTurn, String endOfGeneration) {
        withTokenizer(vocabulary(family), tokenizer -> {
            assertThat(tokenizer.vocabulary().eotId()).isEqualTo(endOfTurn);
            assertThat(tokenizer.vocabulary().endOfGenerationIds())
                    .containsExactly(Stream.of(endOfGeneration.split(" "))
                            .mapToInt(Integer::parseInt)
                            .toArray());
        });
    }

    @Test
    void gemmaReadsRunsOfSpacesAndLineEndsAsTokens() {
        withTokenizer(vocabulary("gemma3"), tokenizer -> {
            for (int run = 2; run <= 31; run++) {
                assertThat(tokenizer.encode(" ".repeat(run))).containsExactly(136 + run);
            }
            for (int run = 1; run <= 31; run++) {
                assertThat(tokenizer.encode("\n".repeat(run))).containsExactly(106 + run);
            }
        });
    }

    private static Path vocabulary(String family) {
        return shared("models/vocab/" + family + "-vocab.gguf");
    }

    private static Path shared(String path) {
        Optional<Path> file = TestModels.shared(path);
        assumeTrue(file.isPresent(), "shared/" + path + " is not here");
        return file.orElseThrow();
    }

    private static void withTokenizer(Path model, Consumer<Tokenizer> check) {
        try (GgufFile file = GgufFile.open(model)) {
            check.accept(Tokenizers.of(file.metadata()));
        }
    }
}
