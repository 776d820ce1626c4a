package io.jgemma.cli.estimate;

import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.MemoryEstimate;
import io.jgemma.engine.plan.MemoryPlan;
import io.jgemma.engine.quant.QuantTypes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The table of FlowDown's guide to local deployment: memory of Q4_0 models at three lengths of context. Weights are counted from the
 * shape of a common model of each size. The guide's K and V know no shape: they grow with the square root of the number of
 * parameters, and so do they here, beside what jgemma takes for the shape.
 */
final class GuideTable {
    private static final double GB = 1e9;
    private static final int KIB = 1024;

    /**
     * Bytes of K and V a token, over the square root of the parameters: the rule behind the guide's twelve figures, which it keeps
     * within their rounding.
     */
    private static final double KV_BYTES_OF_ROOT = 0.755;

    /** A size of the guide's, with its own figures in GB; totals that exceed 48 GB are left out there. */
    private record Size(int billions, String like, double weights, List<Cell> cells) {}

    private record Cell(int contextK, double kv, @Nullable Double total) {}

    private static final List<Size> GUIDE = List.of(
            new Size(7, "Qwen 2.5 7B", 4.4, cells(1.0, 5.5, 4.1, 8.6, 8.3, 12.7)),
            new Size(14, "Qwen 2.5 14B", 8.4, cells(1.5, 9.8, 5.9, 14.2, 11.7, 20.1)),
            new Size(32, "Qwen 2.5 32B", 18.5, cells(2.2, 20.7, 8.9, 27.3, 17.7, 36.2)),
            new Size(
                    70,
                    "Llama 3.3 70B",
                    39.8,
                    List.of(new Cell(16, 3.3, 43.1), new Cell(64, 13.1, null), new Cell(128, 26.2, null))));

    private static List<Cell> cells(double kv16, double all16, double kv64, double all64, double kv128, double all128) {
        return List.of(new Cell(16, kv16, all16), new Cell(64, kv64, all64), new Cell(128, kv128, all128));
    }

    /**
     * One row.
     *
     * @param billions parameters
     * @param contextK tokens of context, in 1024
     * @param like the model whose weights are counted
     * @param weights in GB, as {@code kv} and {@code total}
     * @param kv by the guide's rule
     * @param counted K and V in Q4_0 as jgemma takes them for that model
     * @param guideWeights the guide's own figures, as {@code guideKv} and {@code guideTotal}
     */
    record Row(
            int billions,
            int contextK,
            String like,
            double weights,
            double kv,
            double counted,
            double guideWeights,
            double guideKv,
            @Nullable Double guideTotal) {

        double total() {
            return weights + kv;
        }

        String text() {
            String own = guideTotal == null ? "too much" : String.format(Locale.ROOT, "%8.1f", guideTotal);
            return String.format(
                    Locale.ROOT,
                    "%3dB %4dK Q4_0  weights %5.1f  K/V %5.1f  total %5.1f  |  guide %5.1f %5.1f %8s  |  %s with -ctk q4_0"
                            + " -ctv q4_0: K/V %4.1f, total %5.1f",
                    billions,
                    contextK,
                    weights,
                    kv,
                    total(),
                    guideWeights,
                    guideKv,
                    own,
                    like,
                    counted,
                    weights + counted);
        }
    }

    private GuideTable() {}

    /** All rows. */
    static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (Size size : GUIDE) {
            Shape shape = Shape.named(size.like());
            try (ShapeFile file = ShapeFile.of(shape, QuantTypes.Q4_0)) {
                for (Cell cell : size.cells()) {
                    int tokens = cell.contextK() * KIB;
                    MemoryPlan plan = plan(file, tokens);
                    rows.add(new Row(
                            size.billions(),
                            cell.contextK(),
                            size.like(),
                            plan.weightsBytes() / GB,
                            KV_BYTES_OF_ROOT * Math.sqrt(size.billions() * 1e9) * tokens / GB,
                            plan.kvBytes() / GB,
                            size.weights(),
                            cell.kv(),
                            cell.total()));
                }
            }
        }
        return rows;
    }

    private static MemoryPlan plan(ShapeFile file, int tokens) {
        return MemoryEstimate.of(
                file.file(),
                EngineOptions.embedded().withContextTokens(tokens).withKvTypes(QuantTypes.Q4_0, QuantTypes.Q4_0));
    }

    /** The table, and where and why it differs. */
    static String text() throws IOException {
        StringBuilder out = new StringBuilder("GB = 1,000,000,000 bytes; K = 1024 tokens\n\n");
        List<Row> rows = rows();
        for (Row row : rows) {
            out.append(row.text()).append('\n');
        }
        double least =
                rows.stream().mapToDouble(row -> row.counted() / row.kv()).min().orElse(0);
        double most =
                rows.stream().mapToDouble(row -> row.counted() / row.kv()).max().orElse(0);
        out.append(String.format(Locale.ROOT, """

                Weights are counted from the shape of the model named at the end of the row.
                The guide's K/V knows no shape: it is full attention that grows with the square root of the
                parameters. These models share each K/V head between several query heads, so with -ctk q4_0
                -ctv q4_0 they take %.2f to %.2f times as much.
                """, least, most));
        gemma(out);
        return out.toString();
    }

    /** The guide's own model, most of whose layers see a window only. */
    private static void gemma(StringBuilder out) throws IOException {
        try (ShapeFile windows = ShapeFile.of(Shape.named("Gemma 3 27B"), QuantTypes.Q4_0)) {
            out.append(
                    "Gemma 3 27B, which the guide recommends, sees everything in 10 of 62 layers; the others keep 1,024"
                            + " tokens:\n");
            for (int contextK : new int[] {16, 64, 100, 128}) {
                MemoryPlan plan = plan(windows, contextK * KIB);
                double rule = KV_BYTES_OF_ROOT * Math.sqrt(27e9) * contextK * KIB / GB;
                out.append(String.format(
                        Locale.ROOT,
                        " 27B %4dK Q4_0  weights %5.1f  K/V %5.1f  total %5.1f  |  K/V by the guide's rule %5.1f%n",
                        contextK,
                        plan.weightsBytes() / GB,
                        plan.kvBytes() / GB,
                        (plan.weightsBytes() + plan.kvBytes()) / GB,
                        rule));
            }
        }
    }
}
