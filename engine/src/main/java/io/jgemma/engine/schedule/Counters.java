package io.jgemma.engine.schedule;

/** What a scheduler has done since it was made. Guarded by its lock. */
final class Counters {
    long promptTokens;
    long cachedTokens;
    long prefixHits;
    long answerTokens;
    long steps;
    long rows;
    long stepNanos;
    long proposed;
    long accepted;
    long tasks;
    long taskNanos;
    long suspensions;
}
