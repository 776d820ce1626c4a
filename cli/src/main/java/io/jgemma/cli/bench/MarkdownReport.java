package io.jgemma.cli.bench;

import io.jgemma.cli.io.Out;
import io.jgemma.cli.io.Sizes;
import java.util.Locale;

/** A Markdown table, one line for each result. */
final class MarkdownReport implements BenchReport {
    private static final String ROW = "| %-26s | %10s | %10s | %13s | %7s | %6s | %6s | %20s | %20s |";

    /** Tables that follow when the table of results is complete. */
    private final StringBuilder profiles = new StringBuilder();

    @Override
    public void begin(Out out) {
        out.println(String.format(
                Locale.ROOT, ROW, "model", "size", "params", "kernels", "threads", "type_k", "type_v", "test", "t/s"));
        out.println("| " + "-".repeat(26) + " | " + right(10) + " | " + right(10) + " | " + right(13)
                + " | " + right(7) + " | " + right(6)
                + " | " + right(6) + " | " + right(20) + " | " + right(20) + " |");
        out.flush();
    }

    /** Dashes whose colon aligns the column to the right. */
    private static String right(int width) {
        return "-".repeat(width - 1) + ":";
    }

    @Override
    public void result(Out out, BenchResult result) {
        BenchSetup setup = result.setup();
        BenchSamples samples = result.samples();
        String speed = String.format(
                Locale.ROOT, "%.2f ± %.2f", samples.averageTokensPerSecond(), samples.deviationTokensPerSecond());
        out.println(String.format(
                Locale.ROOT,
                ROW,
                setup.modelType(),
                Sizes.bytes(setup.modelBytes()),
                Sizes.count(setup.modelParameters()),
                setup.kernels(),
                setup.threads(),
                setup.keyType(),
                setup.valueType(),
                result.test().label(),
                speed));
        out.flush();
        result.profile()
                .ifPresent(profile -> profiles.append('\n')
                        .append(setup.modelType())
                        .append(", ")
                        .append(result.test().label())
                        .append(", ")
                        .append(setup.backend())
                        .append(":\n")
                        .append(profile.markdown()));
    }

    @Override
    public void end(Out out) {
        out.print(profiles.toString());
        out.flush();
    }
}
