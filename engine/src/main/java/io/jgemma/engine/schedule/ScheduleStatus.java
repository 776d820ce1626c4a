package io.jgemma.engine.schedule;

/**
 * What a scheduler does and has done.
 *
 * @param running tasks that take part in steps
 * @param waiting tasks that wait for memory, or for another that computes what they begin with
 * @param promptTokens rows of prompts computed, those computed again included
 * @param cachedTokens rows of prompts whose K and V were there
 * @param prefixHits prompts of which at least one row was there
 * @param answerTokens rows of answers computed
 * @param steps passes through the model
 * @param stepNanos time that steps took
 * @param suspensions how often a running task gave its memory back
 * @param proposed guesses computed
 * @param accepted guesses that proved right
 * @param limitBytes what K and V may take
 * @param usedBytes what sessions and running tasks hold
 * @param cachedBytes what is kept of earlier prompts beside that
 */
public record ScheduleStatus(
        int running,
        int waiting,
        long promptTokens,
        long cachedTokens,
        long prefixHits,
        long answerTokens,
        long steps,
        long stepNanos,
        long suspensions,
        long proposed,
        long accepted,
        long limitBytes,
        long usedBytes,
        long cachedBytes) {}
