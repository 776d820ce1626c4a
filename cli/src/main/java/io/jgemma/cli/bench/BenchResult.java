package io.jgemma.cli.bench;

import java.time.Instant;
import java.util.Optional;

/**
 * One finished test.
 *
 * @param setup what it ran on
 * @param test what ran
 * @param started when
 * @param samples what came out
 * @param profile time by operation; empty where it was not asked for
 */
record BenchResult(
        BenchSetup setup, BenchTest test, Instant started, BenchSamples samples, Optional<ProfileTable> profile) {}
