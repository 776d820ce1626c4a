package io.jgemma.engine.template;

import java.util.Arrays;

/** Builds a string and remembers which of its characters the template wrote. */
final class TextBuilder {
    private final Growth growth;
    private final StringBuilder text = new StringBuilder();
    private int[] bounds = new int[8];
    private int count;

    /** Asked before characters are added. */
    interface Growth {
        /**
         * Charges the characters.
         *
         * @param length characters there will be
         * @param added how many of them are new
         * @throws PyError if they are too many
         */
        void grow(long length, long added);
    }

    TextBuilder(Growth growth) {
        this.growth = growth;
    }

    /** A value. */
    TextBuilder(Meter meter) {
        this(meter::grow);
    }

    int length() {
        return text.length();
    }

    /** Adds characters that the template did not write. */
    TextBuilder plain(String characters) {
        growth.grow((long) text.length() + characters.length(), characters.length());
        text.append(characters);
        return this;
    }

    /** Adds characters that stand in the template. */
    TextBuilder literal(String characters) {
        int from = text.length();
        plain(characters);
        mark(from, text.length());
        return this;
    }

    /** Adds a string, traced or markup or not. */
    TextBuilder add(Object string) {
        return add(string, 0, Traced.text(string).length());
    }

    /** Adds the units {@code [from, to)} of a string. */
    TextBuilder add(Object string, int from, int to) {
        String characters = Traced.text(string);
        growth.grow((long) text.length() + to - from, to - from);
        int shift = text.length() - from;
        text.append(characters, from, to);
        Origins origins = Traced.origins(string);
        for (int i = origins.firstBehind(from); i < origins.count() && origins.bound(i) < to; i += 2) {
            mark(Math.max(origins.bound(i), from) + shift, Math.min(origins.bound(i + 1), to) + shift);
        }
        return this;
    }

    /** Adds a string several times. */
    TextBuilder repeat(Object string, long times) {
        String characters = Traced.text(string);
        Origins origins = Traced.origins(string);
        if (origins.isEmpty() || characters.isEmpty()) {
            long added = Meter.times(characters.length(), times);
            growth.grow(added + text.length(), added);
            text.repeat(characters, (int) (characters.isEmpty() ? 0 : times));
            return this;
        }
        boolean whole = origins.count() == 2 && origins.bound(0) == 0 && origins.bound(1) == characters.length();
        if (whole) {
            int from = text.length();
            repeat(characters, times);
            mark(from, text.length());
            return this;
        }
        growth.grow(text.length() + Meter.times(characters.length(), times), 0);
        for (long i = 0; i < times; i++) {
            add(string);
        }
        return this;
    }

    private void mark(int from, int to) {
        if (from == to) {
            return;
        }
        if (count > 0 && bounds[count - 1] == from) {
            bounds[count - 1] = to;
            return;
        }
        if (count == bounds.length) {
            growth.grow(text.length(), 2L * count);
            bounds = Arrays.copyOf(bounds, 2 * count);
        }
        bounds[count++] = from;
        bounds[count++] = to;
    }

    Origins origins() {
        return Origins.of(bounds, count);
    }

    /** The characters alone. */
    @Override
    public String toString() {
        return text.toString();
    }

    /** The string. */
    Object value() {
        return Traced.of(text.toString(), origins());
    }
}
