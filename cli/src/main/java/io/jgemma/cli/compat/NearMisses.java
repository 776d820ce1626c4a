package io.jgemma.cli.compat;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Finds the words that somebody may have meant who mistyped one. */
public final class NearMisses {
    private static final int LETTERS_OF_A_MISTAKE = 3;
    private static final int MOST_MISTAKES = 3;

    private NearMisses() {}

    /**
     * The nearest of the words that there are, if they are near: one mistake in three letters, at most three in all. A mistake is a
     * letter too many, too few or another, or two that changed places (Damerau, 1964).
     */
    public static List<String> of(String typed, Collection<String> words) {
        String wanted = letters(typed);
        int most = Math.min(MOST_MISTAKES, Math.ceilDiv(wanted.length(), LETTERS_OF_A_MISTAKE));
        List<String> alike = words.stream()
                .filter(word -> word.startsWith("--") == typed.startsWith("--"))
                .toList();
        int least = alike.stream()
                .mapToInt(word -> distance(wanted, letters(word)))
                .min()
                .orElse(Integer.MAX_VALUE);
        return least > most
                ? List.of()
                : alike.stream()
                        .filter(word -> distance(wanted, letters(word)) == least)
                        .sorted()
                        .toList();
    }

    /** Hyphens and capitals are no mistakes. */
    private static String letters(String word) {
        return word.replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
    }

    private static int distance(String from, String to) {
        int[][] distance = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                if (i == 0 || j == 0) {
                    distance[i][j] = i + j;
                    continue;
                }
                boolean same = from.charAt(i - 1) == to.charAt(j - 1);
                int least = distance[i - 1][j - 1] + (same ? 0 : 1);
                least = Math.min(least, 1 + Math.min(distance[i - 1][j], distance[i][j - 1]));
                if (i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1)) {
                    least = Math.min(least, distance[i - 2][j - 2] + 1);
                }
                distance[i][j] = least;
            }
        }
        return distance[from.length()][to.length()];
    }
}
