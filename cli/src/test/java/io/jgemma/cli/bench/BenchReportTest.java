package io.jgemma.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jgemma.cli.io.Out;
import io.jgemma.engine.backend.OperationProfile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BenchReportTest {
    private static final BenchSetup SETUP = new BenchSetup(
            "0.1",
            "CPU \"X\"",
            "CPU, scalar",
            "scalar",
            "m.gguf",
            "gemma3 268.10 M Q4_0",
            150L << 20,
            268_098_176,
            2048,
            512,
            2,
            "f16",
            "bf16");
    private static final List<BenchResult> RESULTS = List.of(
            new BenchResult(
                    SETUP,
                    new BenchTest(512, 0, 0),
                    Instant.parse("2025-01-02T03:04:05.678Z"),
                    new BenchSamples(512, List.of(1_000_000_000L, 2_000_000_000L)),
                    Optional.empty()),
            new BenchResult(
                    SETUP,
                    new BenchTest(0, 128, 4096),
                    Instant.parse("2025-01-02T03:05:00Z"),
                    new BenchSamples(128, List.of(3_000_000_000L)),
                    Optional.empty()));

    private static final BenchResult PROFILED = new BenchResult(
            SETUP,
            new BenchTest(0, 4, 0),
            Instant.parse("2025-01-02T03:06:00Z"),
            new BenchSamples(4, List.of(1_000_000L, 1_000_000L)),
            Optional.of(new ProfileTable(
                    List.of(new OperationProfile.Row("matmul", "ffn_down", 8, 1_500_000, 30_000_000, 60_000_000)),
                    2_000_000)));

    private static String written(BenchReport.Format format) {
        return written(format, RESULTS);
    }

    private static String written(BenchReport.Format format, List<BenchResult> results) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Out out = new Out(bytes);
        BenchReport report = format.report();
        report.begin(out);
        results.forEach(result -> report.result(out, result));
        report.end(out);
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void jsonUsesTheNamesOfLlamaBench() throws IOException {
        JsonNode array = new ObjectMapper().readTree(written(BenchReport.Format.JSON));

        assertThat(array).hasSize(2);
        JsonNode first = array.get(0);
        assertThat(first.fieldNames())
                .toIterable()
                .contains(
                        "n_prompt",
                        "n_gen",
                        "n_depth",
                        "type_k",
                        "type_v",
                        "n_threads",
                        "avg_ts",
                        "stddev_ts",
                        "samples_ts",
                        "samples_ns",
                        "avg_ns",
                        "stddev_ns",
                        "model_type",
                        "model_size",
                        "model_n_params",
                        "n_batch",
                        "n_ubatch",
                        "test_time");
        assertThat(first.get("n_prompt").intValue()).isEqualTo(512);
        assertThat(first.get("type_v").textValue()).isEqualTo("bf16");
        assertThat(first.get("avg_ts").doubleValue()).isEqualTo(384.0);
        assertThat(first.get("samples_ts")).hasSize(2);
        assertThat(first.get("samples_ns").get(1).longValue()).isEqualTo(2_000_000_000L);
        assertThat(first.get("test_time").textValue()).isEqualTo("2025-01-02T03:04:05Z");
        assertThat(array.get(1).get("n_depth").intValue()).isEqualTo(4096);
    }

    @Test
    void csvHasAHeaderAndQuotedValues() {
        List<String> lines = written(BenchReport.Format.CSV).lines().toList();

        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).startsWith("build_version,cpu_info,").endsWith(",avg_ts,stddev_ts");
        assertThat(lines.get(1)).startsWith("\"0.1\",\"CPU \"\"X\"\"\",\"CPU, scalar\",");
    }

    @Test
    void jsonLinesAreTheObjectsOfJson() throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : written(BenchReport.Format.JSONL).lines().toList()) {
            lines.add(mapper.readTree(line));
        }

        assertThat(lines).containsExactlyElementsOf(mapper.readTree(written(BenchReport.Format.JSON)));
    }

    @Test
    void profilesFollowTheMarkdownTable() {
        List<String> lines =
                written(BenchReport.Format.MD, List.of(PROFILED)).lines().toList();

        assertThat(lines.get(4)).startsWith("gemma3 268.10 M Q4_0, tg4");
        List<String> table = lines.subList(6, lines.size());
        assertThat(table)
                .hasSize(4)
                .allMatch(line -> line.length() == table.getFirst().length());
        assertThat(table.get(2)).contains("matmul", "ffn_down", "1.50", "75.0%", "20.0", "40.0");
        assertThat(table.get(3)).contains("between", "0.50", "25.0%");
    }

    @Test
    void profilesAreAFieldOfJson() throws IOException {
        JsonNode profile = new ObjectMapper()
                .readTree(written(BenchReport.Format.JSON, List.of(PROFILED)))
                .get(0)
                .get("profile");

        assertThat(profile).hasSize(1);
        assertThat(profile.get(0).get("on").textValue()).isEqualTo("ffn_down");
        assertThat(profile.get(0).get("ns").longValue()).isEqualTo(1_500_000);
    }

    @Test
    void kernelsAreNamedInEveryForm() {
        for (BenchReport.Format format : BenchReport.Format.values()) {
            assertThat(written(format)).as(format.toString()).contains("scalar", "kernels");
        }
    }

    @Test
    void markdownHasOneRowForEachResult() {
        List<String> lines = written(BenchReport.Format.MD).lines().toList();

        assertThat(lines)
                .hasSize(4)
                .allMatch(line -> line.length() == lines.getFirst().length());
        assertThat(lines.get(2)).contains("| pp512 |".substring(1), "384.00 ± 181.02");
        assertThat(lines.get(3)).contains("tg128 @ d4096", "42.67 ± 0.00");
    }
}
