package io.jgemma.engine.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Ends a text at a stop string, while the text is written.
 *
 * <p>The stop string that is complete first counts; of several that are complete at the same character, the longest. The
 * text ends before it. Held back is only the end of the text that is the beginning of a stop string. Not for use by
 * several threads.
 */
public final class StopMatcher {

    private static final class Pattern {
        private final String stop;
        /** At i: length of the longest proper prefix of the stop that ends its first i + 1 characters. */
        private final int[] border;

        private int matched;

        Pattern(String stop) {
            this.stop = stop;
            border = new int[stop.length()];
            for (int i = 1, length = 0; i < stop.length(); i++) {
                length = extend(length, stop.charAt(i));
                border[i] = length;
            }
        }

        private int extend(int from, char c) {
            int length = from;
            while (length > 0 && stop.charAt(length) != c) {
                length = border[length - 1];
            }
            return stop.charAt(length) == c ? length + 1 : length;
        }

        boolean completedBy(char c) {
            matched = extend(matched, c);
            return matched == stop.length();
        }
    }

    private final List<Pattern> patterns = new ArrayList<>();
    private final StringBuilder held = new StringBuilder();
    private Optional<String> match = Optional.empty();

    /**
     * Stop strings.
     *
     * @throws IllegalArgumentException when one is empty
     */
    public StopMatcher(List<String> stops) {
        for (String stop : stops) {
            if (stop.isEmpty()) {
                throw new IllegalArgumentException("a stop string must not be empty");
            }
            patterns.add(new Pattern(stop));
        }
    }

    /**
     * Reads a piece; what comes after a stop string is dropped.
     *
     * @return the text that is certain to be none of a stop string; may be empty
     */
    public String push(String piece) {
        if (match.isPresent()) {
            return "";
        }
        if (patterns.isEmpty()) {
            return piece;
        }
        for (int i = 0; i < piece.length(); i++) {
            held.append(piece.charAt(i));
            int longest = complete(piece.charAt(i));
            if (longest > 0) {
                match = Optional.of(held.substring(held.length() - longest));
                held.setLength(held.length() - longest);
                return take(held.length());
            }
        }
        int keep = 0;
        for (Pattern pattern : patterns) {
            keep = Math.max(keep, pattern.matched);
        }
        return take(held.length() - keep);
    }

    private int complete(char c) {
        int longest = 0;
        for (Pattern pattern : patterns) {
            if (pattern.completedBy(c)) {
                longest = Math.max(longest, pattern.stop.length());
            }
        }
        return longest;
    }

    private String take(int length) {
        String text = held.substring(0, length);
        held.delete(0, length);
        return text;
    }

    /** The text ends: gives out what was held back. */
    public String finish() {
        return take(held.length());
    }

    /** Whether a stop string came. */
    public boolean stopped() {
        return match.isPresent();
    }

    /** The stop string that came. */
    public Optional<String> match() {
        return match;
    }
}
