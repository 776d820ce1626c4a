package io.jgemma.engine.grammar.regex;

import java.util.Arrays;
import java.util.function.IntPredicate;

/** A set of Unicode scalar values: code points without surrogates. Immutable. */
public final class CodePoints {
    private static final int LAST = Character.MAX_CODE_POINT;

    /** No character. */
    public static final CodePoints NONE = new CodePoints(new int[0]);

    /** Every character. */
    public static final CodePoints ALL = new CodePoints(new int[] {0, 0xD7FF, 0xE000, LAST});

    /** First and last of each range, ascending, with gaps between. */
    private final int[] ranges;

    private CodePoints(int[] ranges) {
        this.ranges = ranges;
    }

    /** One character. */
    public static CodePoints of(int codePoint) {
        return range(codePoint, codePoint);
    }

    /** The characters from {@code low} to {@code high}, both included. */
    public static CodePoints range(int low, int high) {
        return normal(new int[] {low, high}, 1).and(ALL);
    }

    /** The characters of a text. */
    public static CodePoints anyOf(String text) {
        int[] points = text.codePoints().toArray();
        int[] pairs = new int[2 * points.length];
        for (int i = 0; i < points.length; i++) {
            pairs[2 * i] = points[i];
            pairs[2 * i + 1] = points[i];
        }
        return normal(pairs, points.length).and(ALL);
    }

    /** The characters for which {@code test} holds. */
    public static CodePoints where(IntPredicate test) {
        int[] pairs = new int[64];
        int count = 0;
        for (int point = 0; point <= LAST; point++) {
            if (!test.test(point)) {
                continue;
            }
            int low = point;
            while (point < LAST && test.test(point + 1)) {
                point++;
            }
            if (2 * count == pairs.length) {
                pairs = Arrays.copyOf(pairs, 2 * pairs.length);
            }
            pairs[2 * count] = low;
            pairs[2 * count + 1] = point;
            count++;
        }
        return new CodePoints(Arrays.copyOf(pairs, 2 * count)).and(ALL);
    }

    private static CodePoints normal(int[] pairs, int count) {
        long[] sorted = new long[count];
        for (int i = 0; i < count; i++) {
            sorted[i] = (long) pairs[2 * i] << 32 | pairs[2 * i + 1];
        }
        Arrays.sort(sorted);
        int[] merged = new int[2 * count];
        int size = 0;
        for (long pair : sorted) {
            int low = (int) (pair >> 32);
            int high = (int) pair;
            if (size > 0 && low <= merged[size - 1] + 1) {
                merged[size - 1] = Math.max(merged[size - 1], high);
            } else {
                merged[size++] = low;
                merged[size++] = high;
            }
        }
        return new CodePoints(Arrays.copyOf(merged, size));
    }

    public CodePoints or(CodePoints other) {
        int[] pairs = Arrays.copyOf(ranges, ranges.length + other.ranges.length);
        System.arraycopy(other.ranges, 0, pairs, ranges.length, other.ranges.length);
        return normal(pairs, pairs.length / 2);
    }

    public CodePoints and(CodePoints other) {
        int[] common = new int[ranges.length + other.ranges.length + 2];
        int size = 0;
        int i = 0;
        int j = 0;
        while (i < ranges.length && j < other.ranges.length) {
            int low = Math.max(ranges[i], other.ranges[j]);
            int high = Math.min(ranges[i + 1], other.ranges[j + 1]);
            if (low <= high) {
                common[size++] = low;
                common[size++] = high;
            }
            if (ranges[i + 1] < other.ranges[j + 1]) {
                i += 2;
            } else {
                j += 2;
            }
        }
        return new CodePoints(Arrays.copyOf(common, size));
    }

    /** All characters that are not in it. */
    public CodePoints complement() {
        int[] gaps = new int[ranges.length + 2];
        int size = 0;
        int next = 0;
        for (int i = 0; i < ranges.length; i += 2) {
            if (ranges[i] > next) {
                gaps[size++] = next;
                gaps[size++] = ranges[i] - 1;
            }
            next = ranges[i + 1] + 1;
        }
        if (next <= LAST) {
            gaps[size++] = next;
            gaps[size++] = LAST;
        }
        return new CodePoints(Arrays.copyOf(gaps, size)).and(ALL);
    }

    public CodePoints minus(CodePoints other) {
        return and(other.complement());
    }

    public boolean isEmpty() {
        return ranges.length == 0;
    }

    public boolean contains(int codePoint) {
        for (int i = 0; i < ranges.length; i += 2) {
            if (codePoint >= ranges[i] && codePoint <= ranges[i + 1]) {
                return true;
            }
        }
        return false;
    }

    /** Takes a range, both ends included. */
    @FunctionalInterface
    interface RangeConsumer {
        void accept(int low, int high);
    }

    void forEachRange(RangeConsumer consumer) {
        for (int i = 0; i < ranges.length; i += 2) {
            consumer.accept(ranges[i], ranges[i + 1]);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CodePoints points && Arrays.equals(ranges, points.ranges);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ranges);
    }

    @Override
    public String toString() {
        return Arrays.toString(ranges);
    }
}
