package io.jgemma.engine.template;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A Python dict: insertion order, keys equal as Python has it ({@code 1 == 1.0 == True}). */
final class PyDict {
    /** What an entry takes, without key and value. */
    static final int ENTRY_BYTES = 100;

    private final Map<Object, Entry> entries;

    /**
     * A key as it was first written, with its value.
     *
     * @param key the key
     * @param value the value
     */
    record Entry(Object key, Object value) {}

    PyDict() {
        this.entries = new LinkedHashMap<>();
    }

    PyDict(PyDict source) {
        this.entries = new LinkedHashMap<>(source.entries);
    }

    /** The value under a key that went through {@link Keys#of}, or null. */
    @Nullable
    Object get(Object normalizedKey) {
        Entry entry = entries.get(normalizedKey);
        return entry == null ? null : entry.value();
    }

    /** Only while the dict is being built. */
    void put(Object normalizedKey, Object key, Object value) {
        Entry old = entries.get(normalizedKey);
        entries.put(normalizedKey, new Entry(old == null ? key : old.key(), value));
    }

    /** Only while the dict is being built; strings are their own normal form. */
    void put(String key, Object value) {
        put(key, key, value);
    }

    int size() {
        return entries.size();
    }

    Collection<Entry> entries() {
        return entries.values();
    }

    Collection<Map.Entry<Object, Entry>> normalizedEntries() {
        return entries.entrySet();
    }
}
