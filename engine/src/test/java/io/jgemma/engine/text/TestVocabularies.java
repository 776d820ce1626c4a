package io.jgemma.engine.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jgemma.engine.gguf.GgufFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Objects;

/** The small vocabularies and reference tables among the test resources; {@code README.md} there says what they are. */
final class TestVocabularies {
    private TestVocabularies() {}

    /** SentencePiece with byte tokens, 4096 pieces, no space prefix. */
    static TokenizerFields spm() {
        return fields(resource("spm-vocab.gguf"));
    }

    /** Byte-level BPE with all 256 bytes and some words that no merge makes. */
    static TokenizerFields bpe() {
        return fields(resource("bpe-vocab.gguf"));
    }

    static Tokenizer spmTokenizer() {
        return Tokenizers.of(spm());
    }

    /** The SentencePiece vocabulary as Llama 2 would use it. */
    static Tokenizer prefixedTokenizer() {
        return Tokenizers.of(MapFields.over(spm()).with(VocabularyReader.ADD_SPACE_PREFIX, true));
    }

    /** The byte-level vocabulary with the rules of this name. */
    static Tokenizer bpeTokenizer(String pre) {
        return Tokenizers.of(MapFields.over(bpe()).with(Tokenizers.PRE, pre));
    }

    static Path resource(String name) {
        URL url = Objects.requireNonNull(TestVocabularies.class.getResource("/tokenizer/" + name), name);
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static JsonNode json(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int[] ids(JsonNode array) {
        int[] ids = new int[array.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = array.get(i).asInt();
        }
        return ids;
    }

    private static TokenizerFields fields(Path file) {
        try (GgufFile gguf = GgufFile.open(file)) {
            return MapFields.copyOf(gguf.metadata());
        }
    }
}
