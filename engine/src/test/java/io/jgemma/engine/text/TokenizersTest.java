package io.jgemma.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.gguf.GgufFile;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizersTest {
    private static final MapFields BPE = MapFields.bpe(List.of("a", "b", "ab"), new int[] {1, 1, 1}, List.of("a b"));

    @Test
    void readsGgufMetadata() {
        try (GgufFile file = GgufFile.open(TestVocabularies.resource("spm-vocab.gguf"))) {
            Tokenizer tokenizer = Tokenizers.of(file.metadata());
            assertThat(tokenizer.vocabulary().size()).isEqualTo(4096);
            assertThat(tokenizer.vocabulary().endOfGenerationIds()).containsExactly(1, 5);
            assertThat(tokenizer.warnings()).isEmpty();
        }
    }

    @Test
    void kindsOfVocabularyThatAreNotSupportedAreNamed() {
        assertThatThrownBy(() -> Tokenizers.of(BPE.with(Tokenizers.MODEL, "bert")))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContainingAll("bert", "llama", "gpt2");
        assertThatThrownBy(() -> Tokenizers.of(MapFields.over(BPE.base())))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining(Tokenizers.MODEL);
    }

    @Test
    void missingPartsAreNamed() {
        MapFields nothing = MapFields.over(BPE.base());
        assertThatThrownBy(() -> Tokenizers.of(nothing.with(Tokenizers.MODEL, "llama")))
                .hasMessageContaining(VocabularyReader.TOKENS);
        assertThatThrownBy(() -> Tokenizers.of(
                        nothing.with(Tokenizers.MODEL, "llama").with(VocabularyReader.TOKENS, List.of("a"))))
                .hasMessageContaining(VocabularyReader.SCORES);
        assertThatThrownBy(() -> Tokenizers.of(
                        nothing.with(Tokenizers.MODEL, "gpt2").with(VocabularyReader.TOKENS, List.of("a"))))
                .hasMessageContaining(BpeCodec.MERGES);
    }

    @Test
    void anUnknownPreTokenizerIsAWarningThatNamesIt() {
        Tokenizer unknown = TestVocabularies.bpeTokenizer("my-own-rules");
        assertThat(unknown.warnings()).singleElement().asString().contains("\"my-own-rules\"", "llama-bpe");
        String text = "It's 12345 ... <x> 世界\n\n";
        assertThat(unknown.encode(text))
                .isEqualTo(TestVocabularies.bpeTokenizer("default").encode(text));
    }

    @Test
    void knownPreTokenizersAreNoWarning() {
        assertThat(PreTokenizer.names())
                .contains("llama-bpe", "llama3", "llama-v3", "qwen2", "smollm", "deepseek-r1-qwen", "gpt-2", "default");
        for (String name : PreTokenizer.names()) {
            assertThat(TestVocabularies.bpeTokenizer(name).warnings()).as(name).isEmpty();
        }
    }

    @Test
    void mergesOfTokensThatDoNotExistAreWarnings() {
        MapFields fields = MapFields.over(TestVocabularies.bpe())
                .with(BpeCodec.MERGES, List.of("a b", "nospace", "\u4E00 a", " "));
        List<String> warnings = Tokenizers.of(fields).warnings();
        assertThat(warnings).hasSize(2);
        assertThat(warnings.get(0)).contains("entry 1", "nospace");
        assertThat(warnings.get(1)).contains("3 of 4");
    }

    @Test
    void bytesWithoutATokenAreAWarningAndLeftOut() {
        Tokenizer tokenizer = Tokenizers.of(BPE);
        assertThat(tokenizer.warnings()).singleElement().asString().contains("0x20, ", "0x63", "0xF4");
        assertThat(tokenizer.encode("acb")).containsExactly(2);
        Tokenizer unknown =
                Tokenizers.of(MapFields.bpe(List.of("a", "b", "ab", "<unk>"), new int[] {1, 1, 1, 2}, List.of("a b")));
        assertThat(unknown.encode("acb")).containsExactly(0, 3, 1);
        assertThat(unknown.warnings()).isEmpty();
    }

    /** What llama.cpp's vocabulary loader knows: each is cut by its own rules or refused by name. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "default llama3 llama-v3 llama-bpe falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano falcon mpt"
                        + " starcoder gpt-2 phi-2 jina-es jina-de gigachat jina-v2-es jina-v2-de a.x-4.0 mellum modern-bert"
                        + " jina-v1-en jina-v2-code roberta-bpe refact command-r qwen2 deepseek-r1-qwen kormo f2llmv2 qwen35"
                        + " stablelm2 olmo dbrx smaug-bpe poro-chat glm4 chatglm-bpe viking jais tekken smollm codeshell bloom"
                        + " gpt3-finnish exaone exaone4 minerva-7b megrez gpt-4o llama4 kanana2 talkie trillion"
                        + " granite-docling bailingmoe bailingmoe2 llada-moe seed-coder hunyuan grok-2 minimax-m2 solar-open"
                        + " mellum2 minicpm5",
            })
    void namesWithRules(String names) {
        for (String name : names.split(" ", -1)) {
            Tokenizer tokenizer = TestVocabularies.bpeTokenizer(name);
            assertThat(tokenizer.warnings()).as(name).isEmpty();
            String text = "It's 12345 helloWorld \u00e9\u0301 (x)\n\n/ ``a";
            assertThat(tokenizer.decode(tokenizer.encode(text))).as(name).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "deepseek-llm deepseek-coder deepseek-v3 youtu jais-2 gemma4 granite-embed-multi-311m sarvam-moe whitespace"
                        + " exaone-moe chameleon granite-embed-multi-97m tiny_aya cohere2moe superbpe hunyuan-dense joyai-llm"
                        + " kimi-k2 afmoe"
            })
    void namesThatAreRefused(String names) {
        for (String name : names.split(" ", -1)) {
            assertThatThrownBy(() -> TestVocabularies.bpeTokenizer(name))
                    .isInstanceOf(TokenizerException.class)
                    .hasMessageContaining("tokenizer.ggml.pre is \"" + name + "\"");
        }
        assertThat(PreTokenizer.unsupportedNames()).hasSize(names.split(" ", -1).length);
    }
}
