package io.jgemma.server.run;

import java.util.random.RandomGenerator;

/** Ids of answers, calls and items: a prefix and letters drawn at random. For several threads. */
public final class Ids {
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private static final int LENGTH = 24;

    private final RandomGenerator random;

    /** Ids from a source that several threads may use. */
    public Ids(RandomGenerator random) {
        this.random = random;
    }

    /** A new id. */
    public String next(String prefix) {
        StringBuilder id = new StringBuilder(prefix);
        for (int i = 0; i < LENGTH; i++) {
            id.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return id.toString();
    }
}
