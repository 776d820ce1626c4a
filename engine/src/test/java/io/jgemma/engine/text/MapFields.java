package io.jgemma.engine.text;

import io.jgemma.engine.gguf.GgufMetadata;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/** Tokenizer metadata made by hand, alone or over other metadata. */
record MapFields(Map<String, Object> values, TokenizerFields base) implements TokenizerFields {
    /** Metadata of a small SentencePiece vocabulary: types and scores as given. */
    static MapFields spm(List<String> tokens, int[] types, float[] scores) {
        return empty().with(Tokenizers.MODEL, "llama")
                .with(VocabularyReader.TOKENS, tokens)
                .with(VocabularyReader.TYPES, types)
                .with(VocabularyReader.SCORES, scores);
    }

    /** Metadata of a small byte-level vocabulary. */
    static MapFields bpe(List<String> tokens, int[] types, List<String> merges) {
        return empty().with(Tokenizers.MODEL, "gpt2")
                .with(Tokenizers.PRE, "gpt-2")
                .with(VocabularyReader.TOKENS, tokens)
                .with(VocabularyReader.TYPES, types)
                .with(BpeCodec.MERGES, merges);
    }

    static MapFields over(TokenizerFields base) {
        return new MapFields(Map.of(), base);
    }

    /** What a file says about its tokenizer, usable after the file was closed. */
    static MapFields copyOf(GgufMetadata metadata) {
        MapFields copy = empty();
        for (String key : metadata.keys()) {
            if (key.startsWith("tokenizer.ggml.")) {
                copy = copy.with(key, value(metadata, key));
            }
        }
        return copy;
    }

    private static Object value(GgufMetadata metadata, String key) {
        return switch (metadata.type(key)) {
            case STRING -> metadata.string(key);
            case BOOL -> metadata.bool(key);
            case ARRAY ->
                switch (metadata.elementType(key)) {
                    case STRING -> List.copyOf(metadata.strings(key));
                    case FLOAT32 -> metadata.floats(key);
                    default -> metadata.ints(key);
                };
            default -> metadata.int32(key);
        };
    }

    private static MapFields empty() {
        return new MapFields(Map.of(), new Nothing());
    }

    MapFields with(String key, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(values);
        more.put(key, value);
        return new MapFields(more, base);
    }

    @Override
    public boolean has(String key) {
        return values.containsKey(key) || base.has(key);
    }

    @Override
    public String string(String key) {
        return values.containsKey(key) ? (String) value(key) : base.string(key);
    }

    @Override
    public long integer(String key) {
        return values.containsKey(key) ? (Integer) value(key) : base.integer(key);
    }

    @Override
    public boolean bool(String key) {
        return values.containsKey(key) ? (Boolean) value(key) : base.bool(key);
    }

    @Override
    public Utf8Strings strings(String key) {
        if (!values.containsKey(key)) {
            return base.strings(key);
        }
        return Utf8Strings.of(
                ((List<?>) value(key)).stream().map(String.class::cast).toList());
    }

    @Override
    public int[] ints(String key) {
        return values.containsKey(key) ? (int[]) value(key) : base.ints(key);
    }

    @Override
    public float[] floats(String key) {
        return values.containsKey(key) ? (float[]) value(key) : base.floats(key);
    }

    private Object value(String key) {
        Object value = values.get(key);
        if (value == null) {
            throw new NoSuchElementException(key);
        }
        return value;
    }

    private record Nothing() implements TokenizerFields {
        @Override
        public boolean has(String key) {
            return false;
        }

        @Override
        public String string(String key) {
            throw new NoSuchElementException(key);
        }

        @Override
        public long integer(String key) {
            throw new NoSuchElementException(key);
        }

        @Override
        public boolean bool(String key) {
            throw new NoSuchElementException(key);
        }

        @Override
        public Utf8Strings strings(String key) {
            throw new NoSuchElementException(key);
        }

        @Override
        public int[] ints(String key) {
            throw new NoSuchElementException(key);
        }

        @Override
        public float[] floats(String key) {
            throw new NoSuchElementException(key);
        }
    }
}
