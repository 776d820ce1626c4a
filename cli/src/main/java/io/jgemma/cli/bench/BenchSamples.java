package io.jgemma.cli.bench;

import java.util.List;

/**
 * Measured times of one test and their statistics. Spread is the sample's standard deviation (divided by n - 1); a single
 * run has none.
 *
 * @param tokens tokens of one run
 * @param nanos time of each run
 */
record BenchSamples(int tokens, List<Long> nanos) {

    BenchSamples {
        nanos = List.copyOf(nanos);
        if (nanos.isEmpty() || nanos.stream().anyMatch(n -> n <= 0)) {
            throw new IllegalArgumentException("times must be positive and at least one: " + nanos);
        }
    }

    /** Tokens per second of each run. */
    List<Double> tokensPerSecond() {
        return nanos.stream().map(n -> 1e9 * tokens / n).toList();
    }

    /** Time of all runs. */
    long totalNanos() {
        return nanos.stream().mapToLong(Long::longValue).sum();
    }

    double averageNanos() {
        return average(nanos);
    }

    double deviationNanos() {
        return deviation(nanos);
    }

    double averageTokensPerSecond() {
        return average(tokensPerSecond());
    }

    double deviationTokensPerSecond() {
        return deviation(tokensPerSecond());
    }

    private static double average(List<? extends Number> values) {
        return values.stream().mapToDouble(Number::doubleValue).sum() / values.size();
    }

    private static double deviation(List<? extends Number> values) {
        if (values.size() < 2) {
            return 0;
        }
        double average = average(values);
        double squares = values.stream()
                .mapToDouble(value -> (value.doubleValue() - average) * (value.doubleValue() - average))
                .sum();
        return Math.sqrt(squares / (values.size() - 1));
    }
}
