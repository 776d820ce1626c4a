package io.jgemma.cli.bench;

import io.jgemma.cli.io.Console;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Measures sequences that are computed together: their speed, and the gaps in streams while a prompt is read. */
record TogetherMeasurement(Console console, ParallelBench bench, ParallelReport report) {

    /**
     * Measures and reports.
     *
     * @param prompts prompt lengths, above 0 those that count
     * @param answers answer lengths, likewise
     * @param parallel numbers of sequences
     * @param gapStreams streams whose gaps are measured; 0 = none
     * @param warmUpSeconds how long at least to run before it counts
     * @param repetitions runs of each, of which the one in the middle is reported
     */
    void run(
            List<Integer> prompts,
            List<Integer> answers,
            List<Integer> parallel,
            int gapStreams,
            int warmUpSeconds,
            int repetitions) {
        for (int prompt : positive(prompts)) {
            for (int answer : positive(answers)) {
                for (int sequences : parallel) {
                    warmUp(prompt, answer, sequences, warmUpSeconds);
                    report.add(middle(prompt, answer, sequences, repetitions));
                }
            }
        }
        for (int prompt : gapStreams > 0 ? positive(prompts) : List.<Integer>of()) {
            gaps(prompt, gapStreams, warmUpSeconds);
        }
    }

    private static List<Integer> positive(List<Integer> numbers) {
        return numbers.stream().filter(n -> n > 0).toList();
    }

    private void warmUp(int prompt, int answer, int sequences, int seconds) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < seconds * 1_000_000_000L) {
            bench.run(Math.min(prompt, 128), Math.min(answer, 16), sequences);
        }
    }

    private ParallelResult middle(int prompt, int answer, int sequences, int repetitions) {
        List<ParallelResult> all = IntStream.range(0, repetitions)
                .mapToObj(i -> bench.run(prompt, answer, sequences))
                .sorted(Comparator.comparingDouble(ParallelResult::speed))
                .toList();
        return all.get(all.size() / 2);
    }

    private void gaps(int prompt, int streams, int warmUpSeconds) {
        if (warmUpSeconds > 0) {
            bench.gaps(prompt, streams);
        }
        long[] gaps = bench.gaps(prompt, streams);
        if (gaps.length == 0) {
            console.note("the prompt was read before another token came");
            return;
        }
        console.out()
                .println(String.format(
                        Locale.ROOT,
                        "%d streams beside a prompt of %d tokens: %d gaps, 50%% at most %.1f ms, 99%% at most %.1f ms,"
                                + " longest %.1f ms",
                        streams,
                        prompt,
                        gaps.length,
                        milliseconds(gaps, 0.5),
                        milliseconds(gaps, 0.99),
                        milliseconds(gaps, 1)))
                .flush();
    }

    private static double milliseconds(long[] sorted, double share) {
        int index = (int) Math.ceil(share * sorted.length) - 1;
        return sorted[Math.clamp(index, 0, sorted.length - 1)] / 1e6;
    }
}
