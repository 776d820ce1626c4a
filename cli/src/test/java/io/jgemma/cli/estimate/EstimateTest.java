package io.jgemma.cli.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jgemma.cli.TestConsole;
import io.jgemma.engine.quant.QuantTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EstimateTest {
    private static final double GIB = 1L << 30;

    @TempDir
    private Path folder;

    private static JsonNode json(String... args) throws IOException {
        TestConsole console = new TestConsole("");
        String[] all = new String[args.length + 4];
        all[0] = "estimate";
        System.arraycopy(args, 0, all, 1, args.length);
        all[args.length + 1] = "--json";
        all[args.length + 2] = "--memory-speed";
        all[args.length + 3] = "100G";
        int code = console.run(all);
        JsonNode estimate = new ObjectMapper().readTree(console.out());
        assertThat(code).as(console.err()).isEqualTo(estimate.path("fits").asBoolean() ? 0 : 1);
        return estimate;
    }

    /** Half of a figure's last digit is rounding. */
    private static void isNear(double ours, double guides, String what) {
        assertThat(Math.abs(ours - guides)).as(what).isLessThanOrEqualTo(Math.max(0.05 * guides, 0.05));
    }

    @Test
    void theGuidesTableIsWithinFivePercent() throws IOException {
        List<GuideTable.Row> rows = GuideTable.rows();

        assertThat(rows).hasSize(12);
        for (GuideTable.Row row : rows) {
            String what = row.text();
            isNear(row.weights(), row.guideWeights(), what);
            isNear(row.kv(), row.guideKv(), what);
            if (row.guideTotal() != null) {
                isNear(row.total(), row.guideTotal(), what);
            }
            assertThat(row.counted()).as(what).isBetween(0.2 * row.kv(), 0.7 * row.kv());
        }
    }

    @Test
    void theGuidesTableIsPrintedWithItsOwnFigures() {
        TestConsole console = new TestConsole("");

        assertThat(console.run("estimate", "--guide")).isZero();
        assertThat(console.out())
                .containsPattern("32B +128K Q4_0 +weights +18\\.\\d +K/V +17\\.7 +total +36\\.\\d")
                .containsPattern("guide +18\\.5 +17\\.7 +36\\.2")
                .contains("Gemma 3 27B", "10 of 62 layers");
    }

    /** Published sizes of Q4_0 files, in GB. */
    @ParameterizedTest
    @CsvSource({"Qwen 2.5 7B, 4.43", "Qwen 2.5 32B, 18.64", "Llama 3.3 70B, 39.97", "Gemma 3 27B, 15.2"})
    void weightsOfShapesAreThoseOfTheirFiles(String name, double gigabytes) throws IOException {
        try (ShapeFile file = ShapeFile.of(Shape.named(name), QuantTypes.Q4_0)) {
            assertThat(file.file().tensorBytes() / 1e9).isBetween(gigabytes * 0.98, gigabytes * 1.02);
        }
    }

    /** 62 layers of 16 heads of 128: 52 keep 1,024 tokens and a page of slack, 10 keep all. */
    @Test
    void windowsAreCounted() throws IOException {
        JsonNode all = json("--params", "27B", "-c", "100K", "-ctk", "q4_0", "-ctv", "q4_0", "--window", "0");
        JsonNode windows = json("--params", "27B", "-c", "100K", "-ctk", "q4_0", "-ctv", "q4_0");

        assertThat(all.at("/places/0/kv_bytes").asDouble() / GIB).isBetween(13.4, 14.0);
        assertThat(windows.at("/places/0/kv_bytes").asDouble() / GIB).isBetween(2.3, 2.6);
    }

    @Test
    void layersAreSpreadOverTheGpusThatAreDescribed() throws IOException {
        JsonNode two = json("--params", "32B", "-c", "64K", "-ctk", "q4_0", "-ctv", "q4_0", "--gpu", "24G,24G");

        assertThat(two.get("places")).hasSize(2);
        assertThat(two.at("/places/0/layers").asInt()
                        + two.at("/places/1/layers").asInt())
                .isEqualTo(64);
        assertThat(two.path("fits").asBoolean()).isTrue();
        assertThat(two.path("context_longest").asInt()).isEqualTo(131_072);
        JsonNode one = json("--params", "32B", "-c", "128K", "--gpu", "24G");
        assertThat(one.path("fits").asBoolean()).isFalse();
        assertThat(one.path("context_longest").asInt()).isLessThan(128 << 10);
        JsonNode cut = json("--params", "32B", "-c", "16K", "--gpu", "12G", "-ngl", "20", "--memory", "64G");
        assertThat(cut.at("/places/0/place").asText()).isEqualTo("CPU");
        assertThat(cut.at("/places/1/layers").asInt()).isEqualTo(20);
    }

    @Test
    void theLongestContextFitsAndTheNextDoesNot() throws IOException {
        String[] model = {"--params", "7B", "--gpu", "8G", "-c"};
        int longest =
                json("--params", "7B", "--gpu", "8G").path("context_longest").asInt();

        assertThat(longest).isBetween(1024, 131_071);
        assertThat(json(model[0], model[1], model[2], model[3], model[4], Integer.toString(longest))
                        .path("fits")
                        .asBoolean())
                .isTrue();
        assertThat(json(model[0], model[1], model[2], model[3], model[4], Integer.toString(longest + 512))
                        .path("fits")
                        .asBoolean())
                .isFalse();
    }

    /** A token reads the weights once, and with a full context K and V once: at 100 GiB/s. */
    @Test
    void speedIsWhatMemoryAllows() throws IOException {
        JsonNode estimate = json("--params", "7B", "-c", "16K", "--memory", "64G");
        double weights = estimate.at("/places/0/weights_bytes").asDouble();
        double kv = estimate.at("/places/0/kv_bytes").asDouble();

        double empty = estimate.path("tokens_per_second_empty").asDouble();
        assertThat(empty).isBetween(100 * GIB / weights, 1.2 * 100 * GIB / weights);
        assertThat(1 / estimate.path("tokens_per_second_full").asDouble() - 1 / empty)
                .isCloseTo(kv / (100 * GIB), offset(1e-6));
    }

    @Test
    void theModelInsideIsEstimatedFromMeasuredMemory() {
        TestConsole console = new TestConsole("");

        assertThat(console.run("estimate", "-c", "1K")).as(console.err()).isZero();
        assertThat(console.out())
                .contains("jgemma-demo", "weights", "K/V", "buffers", "which fits", "at most", "tokens/s", "CPU");
    }

    @Test
    void shapesMayBeGivenByHand() throws IOException {
        JsonNode estimate = json(
                "--layers",
                "12",
                "--hidden",
                "768",
                "--heads",
                "12",
                "--kv-heads",
                "4",
                "--ffn",
                "3072",
                "--vocab",
                "32000",
                "-c",
                "1K",
                "-ctk",
                "f32",
                "-ctv",
                "f32");

        assertThat(estimate.at("/places/0/kv_bytes").asLong()).isEqualTo(12L * 1024 * 2 * 4 * 64 * Float.BYTES);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--params 9000B|no common model has 9000B parameters; give --layers",
                "--params many|'many' is no number of parameters",
                "--layers 3|give --layers, --hidden, --heads and --ffn",
                "--params 7B --heads 7 --kv-heads 2|not a multiple of --kv-heads",
                "--params 7B --type q9|'q9' is not known",
                "--params 7B -ts 1,1|describe them with --gpu",
                "--params 7B a.gguf|one model is estimated at a time",
                "-c -1|-c -1 makes no sense"
            })
    void whatMakesNoSenseIsRefused(String line, String message) {
        TestConsole console = new TestConsole("");

        assertThat(console.run(("estimate " + line).split(" "))).isEqualTo(2);
        assertThat(console.err()).contains(message).hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource({"--guide", "--params 7B -c 100K --gpu 24G --memory-speed 900G"})
    void chartsAreWellFormed(String line) throws Exception {
        Path svg = folder.resolve("chart.svg");
        TestConsole console = new TestConsole("");

        int code = console.run(("estimate --svg " + svg + " " + line).split(" "));

        assertThat(code).as(console.err()).isZero();
        var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(svg.toFile());
        assertThat(document.getElementsByTagName("line").getLength()).isOne();
        assertThat(document.getElementsByTagName("rect").getLength()).isGreaterThan(6);
        assertThat(Files.readString(svg)).contains("GiB", "weights");
    }
}
