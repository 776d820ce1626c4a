package io.jgemma.engine.backend;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds up the time of a CPU backend's operations, by operation and by what they are done to: a weight by its name without the
 * layer's number, K and V by their window. Safe for use by several threads.
 *
 * <p>One operation of a step is timed after the other, and all threads take part in each. So the times add up to the time of the
 * steps, less what happens between the operations.
 */
public final class OperationProfile {

    private final Map<Key, Sums> sums = new LinkedHashMap<>();

    private record Key(String operation, String subject) {}

    private static final class Sums {
        private long calls;
        private long nanos;
        private long weightBytes;
        private long multiplyAdds;
    }

    /**
     * What one operation took.
     *
     * @param operation a method of {@link Ops}, or {@code sample}
     * @param subject names of the weights, or the layers' window; empty where neither matters
     * @param weightBytes bytes of the matrices that were multiplied, each counted once per call
     * @param multiplyAdds multiply-adds with these matrices
     */
    public record Row(String operation, String subject, long calls, long nanos, long weightBytes, long multiplyAdds) {}

    /** A profile without any operation. */
    public OperationProfile() {}

    synchronized void add(String operation, String subject, long nanos, long weightBytes, long multiplyAdds) {
        Sums all = sums.computeIfAbsent(new Key(operation, subject), key -> new Sums());
        all.calls++;
        all.nanos += nanos;
        all.weightBytes += weightBytes;
        all.multiplyAdds += multiplyAdds;
    }

    /** What was timed since the last {@link #clear}, the longest first. */
    public synchronized List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        sums.forEach((key, all) -> rows.add(
                new Row(key.operation(), key.subject(), all.calls, all.nanos, all.weightBytes, all.multiplyAdds)));
        rows.sort(Comparator.comparingLong(Row::nanos).reversed());
        return rows;
    }

    /** Begins anew. */
    public synchronized void clear() {
        sums.clear();
    }
}
