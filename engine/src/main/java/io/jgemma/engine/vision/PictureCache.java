package io.jgemma.engine.vision;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is known of pictures by their identity: the pixels until they are encoded, then the rows. The least recently used are
 * forgotten when it takes more than it may; the newest always stays. Thread-safe.
 */
final class PictureCache {

    private record Entry(byte @Nullable [] pixels, float @Nullable [] rows) {
        long bytes() {
            return (pixels == null ? 0 : pixels.length) + (rows == null ? 0 : (long) Float.BYTES * rows.length);
        }
    }

    private final long mostBytes;
    private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    PictureCache(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** The pixels of a picture, read where neither they nor its rows are known; empty where its rows are known. */
    byte[] computeIfAbsent(String key, Supplier<byte[]> pixels) {
        Entry known = entry(key);
        if (known == null) {
            byte[] read = pixels.get();
            put(key, new Entry(read, null));
            return read;
        }
        return known.pixels == null ? new byte[0] : known.pixels;
    }

    private synchronized @Nullable Entry entry(String key) {
        return entries.get(key);
    }

    /** The rows of a picture, if they are known. */
    float @Nullable [] rows(String key) {
        Entry entry = entry(key);
        return entry == null ? null : entry.rows;
    }

    /** Keeps the rows of a picture, in place of its pixels. */
    void put(String key, float[] rows) {
        put(key, new Entry(null, rows));
    }

    private synchronized void put(String key, Entry entry) {
        Entry before = entries.put(key, entry);
        bytes += entry.bytes() - (before == null ? 0 : before.bytes());
        Iterator<Entry> oldest = entries.values().iterator();
        while (bytes > mostBytes && entries.size() > 1) {
            bytes -= oldest.next().bytes();
            oldest.remove();
        }
    }
}
