package io.jgemma.bench;

import io.jgemma.engine.Engine;
import io.jgemma.engine.backend.DeviceException;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs benchmarks with JMH's options, and the ceilings of the machine with them. In the end it says how close each came: GB/s and the
 * share of a plain read with as many threads, multiply-adds per cycle.
 */
public final class Benchmarks {

    private static final String CEILINGS = "kernel.Ceilings";

    /** Counters that are bytes. */
    private static final List<String> BYTES = List.of("weightBytes", "kvBytes", "bytesMoved", "bytesRead");

    private Benchmarks() {}

    /** Takes JMH's arguments; {@code -h} shows them. Without a pattern everything runs that can run here. */
    public static void main(String[] arguments) throws RunnerException, CommandLineOptionException, IOException {
        CommandLineOptions given = new CommandLineOptions(arguments);
        if (given.shouldHelp() || given.shouldList() || given.shouldListWithParams()) {
            org.openjdk.jmh.Main.main(arguments);
            return;
        }
        ChainedOptionsBuilder options = new OptionsBuilder().parent(given);
        if (!given.getIncludes().isEmpty()) {
            given.getIncludes().forEach(options::include);
            options.include(CEILINGS);
        }
        if (!hasGpu()) {
            options.exclude("GpuProducts");
        }
        System.getLogger(Benchmarks.class.getName())
                .log(System.Logger.Level.INFO, summary(new Runner(options.build()).run()));
    }

    private static boolean hasGpu() {
        try {
            return !Engine.devices().isEmpty();
        } catch (DeviceException e) {
            return false;
        }
    }

    private static String summary(Collection<RunResult> results) {
        Map<String, Double> reads = new TreeMap<>();
        double hertz = 0;
        for (RunResult result : results) {
            String name = result.getParams().getBenchmark();
            if (name.endsWith("Ceilings.read")) {
                reads.put(threads(result), perNano(result, "bytesRead"));
            } else if (name.endsWith("Ceilings.clock")) {
                hertz = Math.max(hertz, perNano(result, "cycles"));
            }
        }
        StringBuilder table = new StringBuilder(
                String.format(
                        Locale.ROOT,
                        "%n| benchmark | parameters | GB/s | of a plain read | multiply-adds per cycle |%n|---|---|---|---|---|%n"));
        for (RunResult result : results) {
            row(table, result, reads.getOrDefault(threads(result), 0.0), hertz);
        }
        return table.toString();
    }

    private static void row(StringBuilder table, RunResult result, double read, double hertz) {
        double bytes = BYTES.stream().mapToDouble(each -> perNano(result, each)).sum();
        double multiplyAdds = perNano(result, "multiplyAdds");
        if (bytes == 0 && multiplyAdds == 0) {
            return;
        }
        String parameters = result.getParams().getParamsKeys().stream()
                .map(key -> key + "=" + result.getParams().getParam(key))
                .collect(Collectors.joining(" "));
        String name = result.getParams().getBenchmark();
        table.append(String.format(
                Locale.ROOT,
                "| %s | %s | %.1f | %s | %s |%n",
                name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1),
                parameters,
                bytes,
                read > 0 ? String.format(Locale.ROOT, "%.2f", bytes / read) : "",
                multiplyAdds > 0 && hertz > 0 ? String.format(Locale.ROOT, "%.1f", multiplyAdds / hertz) : ""));
    }

    private static String threads(RunResult result) {
        return Objects.requireNonNullElse(result.getParams().getParam("threads"), "1");
    }

    /** A counter of a benchmark per nanosecond; 0 where it has none. */
    private static double perNano(RunResult result, String counter) {
        Result<?> found = result.getSecondaryResults().get(counter);
        if (found == null) {
            return 0;
        }
        return switch (found.getScoreUnit()) {
            case "ops/ns" -> found.getScore();
            case "ops/us" -> found.getScore() / 1e3;
            default -> throw new IllegalStateException("a counter in " + found.getScoreUnit());
        };
    }
}
