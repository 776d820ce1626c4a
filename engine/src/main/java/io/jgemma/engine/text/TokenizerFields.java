package io.jgemma.engine.text;

/** The metadata that a tokenizer is built from: typed lookups that refuse a value of another type by key. */
interface TokenizerFields {
    boolean has(String key);

    String string(String key);

    long integer(String key);

    boolean bool(String key);

    Utf8Strings strings(String key);

    int[] ints(String key);

    float[] floats(String key);

    default boolean bool(String key, boolean otherwise) {
        return has(key) ? bool(key) : otherwise;
    }
}
