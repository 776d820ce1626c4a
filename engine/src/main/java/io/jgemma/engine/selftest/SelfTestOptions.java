package io.jgemma.engine.selftest;

import io.jgemma.engine.backend.Gemm;

/**
 * What is tested, and how long.
 *
 * @param timedBytes about so many bytes are read and written where time is taken; beyond a device's caches for figures of
 *     its memory
 * @param runs how often each operation is timed; its mean counts
 * @param only part of the names of the operations to test; empty for all
 * @param gemm who multiplies many rows
 */
public record SelfTestOptions(long timedBytes, int runs, String only, Gemm gemm) {
    public SelfTestOptions {
        if (timedBytes < 1 || runs < 1) {
            throw new IllegalArgumentException("a self-test of " + timedBytes + " bytes in " + runs + " runs");
        }
    }
}
