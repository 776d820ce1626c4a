package io.jgemma.engine.text;

import io.jgemma.engine.gguf.GgufMetadata;
import io.jgemma.engine.gguf.GgufStrings;

/** The metadata of a GGUF file. */
record GgufFields(GgufMetadata metadata) implements TokenizerFields {
    @Override
    public boolean has(String key) {
        return metadata.has(key);
    }

    @Override
    public String string(String key) {
        return metadata.string(key);
    }

    @Override
    public long integer(String key) {
        return metadata.integer(key);
    }

    @Override
    public boolean bool(String key) {
        return metadata.bool(key);
    }

    @Override
    public Utf8Strings strings(String key) {
        GgufStrings strings = metadata.strings(key);
        return new Utf8Strings(strings.size(), strings::bytes);
    }

    @Override
    public int[] ints(String key) {
        return metadata.ints(key);
    }

    @Override
    public float[] floats(String key) {
        return metadata.floats(key);
    }
}
