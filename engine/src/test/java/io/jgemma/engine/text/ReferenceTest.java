package io.jgemma.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Token ids against tables that independent implementations made. */
class ReferenceTest {
    private final JsonNode reference = TestVocabularies.json(TestVocabularies.resource("reference.json"));

    @ParameterizedTest
    @ValueSource(strings = {"llama-bpe", "dbrx", "qwen2", "smollm", "gpt-2", "default"})
    void byteLevelEqualsReference(String pre) {
        compare(
                TestVocabularies.bpeTokenizer(pre),
                EncodeOptions.FRAGMENT,
                reference.get("texts"),
                reference.get("ids").get(pre));
    }

    @Test
    void sentencePieceEqualsReference() {
        compare(
                TestVocabularies.spmTokenizer(),
                EncodeOptions.TEXT,
                reference.get("texts"),
                reference.get("ids").get("spm"));
    }

    @Test
    void sentencePieceWithSpacePrefixEqualsReference() {
        JsonNode prefixed = reference.get("prefixed");
        compare(TestVocabularies.prefixedTokenizer(), EncodeOptions.TEXT, prefixed.get("texts"), prefixed.get("ids"));
    }

    @Test
    void goldenPromptsOfTheDemoModel() {
        Tokenizer tokenizer = TestVocabularies.spmTokenizer();
        JsonNode prompts = TestVocabularies.json(TestVocabularies.resource("spm-golden.json"));
        assertThat(prompts.size()).isEqualTo(32);
        for (JsonNode prompt : prompts) {
            assertThat(tokenizer.encode(prompt.get("prompt").asText(), EncodeOptions.PROMPT))
                    .as(prompt.get("name").asText())
                    .containsExactly(TestVocabularies.ids(prompt.get("tokens")));
        }
    }

    private static void compare(Tokenizer tokenizer, EncodeOptions options, JsonNode texts, JsonNode ids) {
        assertThat(ids.size()).isEqualTo(texts.size()).isGreaterThan(100);
        for (int i = 0; i < texts.size(); i++) {
            assertThat(tokenizer.encode(texts.get(i).asText(), options))
                    .as("%s", texts.get(i))
                    .containsExactly(TestVocabularies.ids(ids.get(i)));
        }
    }
}
