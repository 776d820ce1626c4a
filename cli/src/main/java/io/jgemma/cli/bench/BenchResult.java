package io.jgemma.cli.bench;

import java.time.Instant;

/**
 * One finished test.
 *
 * @param setup what it ran on
 * @param test what ran
 * @param started when
 * @param samples what came out
 */
record BenchResult(BenchSetup setup, BenchTest test, Instant started, BenchSamples samples) {}
