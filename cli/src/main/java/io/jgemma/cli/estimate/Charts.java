package io.jgemma.cli.estimate;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.plan.MemoryPlan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What is drawn of estimates. */
final class Charts {
    private static final int SHORTEST = 4096;
    private static final int KIB = 1024;
    private static final double GB = 1e9;
    private static final long GUIDE_BYTES = 48L << 30;

    private Charts() {}

    /** One bar for each doubling of the context, and for the one asked for. */
    static BarChart of(Estimator estimator, Estimate asked, GgufFile file) {
        TreeSet<Integer> contexts = new TreeSet<>(List.of(asked.contextTokens()));
        for (int context = SHORTEST; context <= asked.trainedTokens(); context *= 2) {
            contexts.add(context);
        }
        List<BarChart.Bar> bars = new ArrayList<>();
        for (int context : contexts) {
            Estimate at = estimator.at(file, context, new Tower(asked.pictures()), 0);
            long weights =
                    at.places().stream().mapToLong(Estimate.Place::weights).sum();
            long kv = at.places().stream().mapToLong(Estimate.Place::kv).sum();
            long buffers =
                    at.places().stream().mapToLong(Estimate.Place::buffers).sum();
            long pictures = asked.pictures().map(MemoryPlan::totalBytes).orElse(0L);
            long reserve =
                    at.places().stream().mapToLong(Estimate.Place::reserveBytes).sum();
            bars.add(new BarChart.Bar(
                    context % KIB == 0 ? context / KIB + "K tokens" : context + " tokens",
                    List.of(weights, kv, buffers, pictures, reserve)));
        }
        String title = asked.model() + ", K " + asked.keyType() + ", V " + asked.valueType();
        return new BarChart(
                title, List.of("weights", "K/V", "buffers", "pictures", "reserve"), bars, asked.availableBytes());
    }

    /** The guide's table beside what is counted. */
    static BarChart guide() throws IOException {
        List<BarChart.Bar> bars = new ArrayList<>();
        for (GuideTable.Row row : GuideTable.rows()) {
            String label = row.billions() + "B " + row.contextK() + "K";
            bars.add(new BarChart.Bar(label + " guide", List.of((long) (row.weights() * GB), (long) (row.kv() * GB))));
            bars.add(new BarChart.Bar(
                    label + " counted", List.of((long) (row.weights() * GB), (long) (row.counted() * GB))));
        }
        return new BarChart("Q4_0 weights, Q4_0 K/V", List.of("weights", "K/V"), bars, GUIDE_BYTES);
    }
}
