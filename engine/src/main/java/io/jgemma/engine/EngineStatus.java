package io.jgemma.engine;

import io.jgemma.engine.schedule.ScheduleStatus;

/**
 * What an engine is doing and has done since it was opened.
 *
 * @param running generations that take part in steps
 * @param waiting generations that wait for memory or for their turn
 * @param promptTokens prompt tokens computed
 * @param cachedTokens prompt tokens that were not computed because their K and V were there
 * @param prefixHits prompts of which at least one token was there
 * @param generatedTokens tokens generated
 * @param steps passes through the model
 * @param rows rows of all steps
 * @param stepNanos time that steps took
 * @param kv memory of K and V
 * @param proposedTokens tokens that speculation proposed
 * @param acceptedTokens proposed tokens that proved right
 */
public record EngineStatus(
        int running,
        int waiting,
        long promptTokens,
        long cachedTokens,
        long prefixHits,
        long generatedTokens,
        long steps,
        long rows,
        long stepNanos,
        KvUse kv,
        long proposedTokens,
        long acceptedTokens) {

    static EngineStatus of(ScheduleStatus status) {
        return new EngineStatus(
                status.running(),
                status.waiting(),
                status.promptTokens(),
                status.cachedTokens(),
                status.prefixHits(),
                status.answerTokens(),
                status.steps(),
                status.promptTokens() + status.answerTokens(),
                status.stepNanos(),
                new KvUse(status.limitBytes(), status.usedBytes(), status.cachedBytes()),
                status.proposed(),
                status.accepted());
    }

    /**
     * Memory of K and V, in bytes.
     *
     * @param limitBytes what may be used
     * @param usedBytes held by sessions and by generations in progress
     * @param cachedBytes held for prompts to come, given up when memory is short
     */
    public record KvUse(long limitBytes, long usedBytes, long cachedBytes) {
        /** Bytes that are neither used nor cached. */
        public long freeBytes() {
            return Math.max(0, limitBytes - usedBytes - cachedBytes);
        }
    }
}
