package io.jgemma.engine.selftest;

/**
 * What is tested, and how long.
 *
 * @param timedBytes about so many bytes are read and written where time is taken; beyond a device's caches for figures of
 *     its memory
 * @param runs how often each operation is timed; its mean counts
 * @param only part of the names of the operations to test; empty for all
 */
public record SelfTestOptions(long timedBytes, int runs, String only) {
    public SelfTestOptions {
        if (timedBytes < 1 || runs < 1) {
            throw new IllegalArgumentException("a self-test of " + timedBytes + " bytes in " + runs + " runs");
        }
    }
}
