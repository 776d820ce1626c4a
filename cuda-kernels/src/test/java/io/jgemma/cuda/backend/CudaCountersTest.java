package io.jgemma.cuda.backend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.cuda.OnStandIn;
import io.jgemma.cuda.StandIn;
import io.jgemma.cuda.kernels.PackedWeights;
import io.jgemma.cuda.kernels.Packing;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.Session;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.plan.Offload;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.sample.SamplerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the kernels read, and how, in figures that a machine without a GPU can give. */
@OnStandIn
class CudaCountersTest {
    private static final int SECTOR = 32;

    @TempDir
    Path folder;

    private static EngineOptions options(Path file, QuantType kv) {
        return EngineOptions.of(file)
                .withContextTokens(2048)
                .withKvTypes(kv, kv)
                .withOffload(Offload.of(Offload.ALL))
                .withThreads(1);
    }

    private static int[] ids(int count) {
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = 200 + i * 37 % 800;
        }
        return ids;
    }

    /** Figures of one step of `rows` tokens behind `before` others. */
    private static JsonNode step(StandIn standIn, EngineOptions options, int before, int rows) {
        try (Engine engine = Engine.open(options);
                Session session = engine.newSession()) {
            // Logits are wanted so that all of this is done before counting begins.
            session.evaluate(ids(before), i -> i == before - 1, (i, logits) -> {});
            // A list of launches becomes a graph when it comes a second time.
            for (int i = 0; i < (rows == 1 ? 2 : 0); i++) {
                session.evaluate(ids(1), wanted -> true, (index, logits) -> {});
            }
            standIn.order("");
            session.evaluate(ids(rows), i -> i == rows - 1, (i, logits) -> {});
            JsonNode report = standIn.report();
            assertThat(standIn.faults()).isEmpty();
            return report;
        }
    }

    private static long sum(JsonNode report, String... path) {
        long sum = 0;
        for (JsonNode kernel : report.get("kernels")) {
            JsonNode at = kernel;
            for (String name : path) {
                at = at.get(name);
            }
            sum += at.asLong();
        }
        return sum;
    }

    /** Sizes on the device of a model's matrices, the embedding excepted, of which a step reads a row. */
    private static List<Long> weightSizes(Path file) {
        List<Long> sizes = new ArrayList<>();
        try (GgufFile gguf = GgufFile.open(file)) {
            for (GgufTensor tensor : gguf.tensors()) {
                if (tensor.rows() > 1 && !tensor.name().equals("token_embd.weight")) {
                    Packing packing = Packing.of(tensor.type()).orElseThrow();
                    sizes.add(PackedWeights.bytes(packing, (int) tensor.rows(), (int) tensor.columns()));
                }
            }
        }
        Collections.sort(sizes);
        return sizes;
    }

    private static void assertFewBankConflicts(JsonNode report) {
        long conflicts = sum(report, "bankConflicts");
        assertThat(conflicts).isLessThanOrEqualTo(sum(report, "sharedRequests") / 50);
    }

    private static List<Long> readOnceInWideLoads(JsonNode report, int times) {
        List<Long> sizes = new ArrayList<>();
        for (JsonNode allocation : report.get("devices").get(0).get("allocations")) {
            JsonNode reads = allocation.get("reads");
            long size = allocation.get("size").asLong();
            long read = reads.get("sectors").asLong() * SECTOR;
            boolean wide =
                    reads.get("requests").asLong() == reads.get("wideRequests").asLong();
            if (wide && read >= size && read <= times * size) {
                sizes.add(size);
            }
        }
        return sizes;
    }

    private static Path model(Path folder, ShapedModel shape) {
        return shape.write(folder.resolve("model.gguf"));
    }

    private static long bytesOf(List<Long> sizes) {
        return sizes.stream().mapToLong(Long::longValue).sum();
    }

    private static void assertWeightsAreReadOnce(JsonNode report, List<Long> sizes) {
        List<Long> once = readOnceInWideLoads(report, 1);
        for (Long size : sizes) {
            assertThat(once.remove(size))
                    .as("weights of %d bytes are read once", size)
                    .isTrue();
        }
        double read = sum(report, "reads", "distinctSectors") * (double) SECTOR;
        assertThat(read / bytesOf(sizes)).isLessThanOrEqualTo(1.05);
        assertFewBankConflicts(report);
    }

    @ParameterizedTest
    @CsvSource({"Q8_0", "Q4_K", "Q6_K"})
    void decodeReadsEveryWeightOnceInWideLoads(String name) {
        QuantType type = QuantTypes.find(name).orElseThrow();
        Path file = model(folder, new ShapedModel(type, 2, 512, 1024, 4, 1, 256, 512));
        StandIn standIn = StandIn.begin("");
        JsonNode report = step(standIn, options(file, QuantTypes.F16), 8, 1);
        assertWeightsAreReadOnce(report, weightSizes(file));
        assertThat(report.get("graphLaunches").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"devices=2", "devices=2 peer=0 streams=random"})
    void eachDeviceIsGivenOneGraphForAToken(String settings) {
        Path file = model(folder, new ShapedModel(QuantTypes.Q4_0, 2, 256, 512, 4, 1, 64, 512));
        JsonNode report = step(StandIn.begin(settings), options(file, QuantTypes.Q4_0), 8, 1);
        assertThat(report.get("graphLaunches").asInt()).isEqualTo(2);
    }

    /** Two layers, one with a window that has not filled yet: both see all tokens. */
    @ParameterizedTest
    @CsvSource({"F16, 512", "Q8_0, 272", "Q4_0, 144"})
    void decodeReadsKeysAndValuesOnce(String kv, int quantizedBytes) {
        int before = 400;
        Path file = model(folder, new ShapedModel(QuantTypes.Q4_0, 2, 256, 512, 4, 1, 256, 1024));
        StandIn standIn = StandIn.begin("");
        JsonNode report = step(standIn, options(file, QuantTypes.find(kv).orElseThrow()), before, 1);
        JsonNode attend = report.get("kernels").get("jg_attend_split_4");
        long read = attend.get("reads").get("distinctSectors").asLong() * SECTOR;
        // The tail began at token 256 of 402, one layer has its first tile in F16, and a page its mean of K.
        int tokens = before + 3;
        int quantized = kv.equals("F16") ? 0 : 256;
        long mean = quantized == 0 ? 0 : 512;
        long sink = quantized == 0 ? 0 : 32;
        long keysAndValues = 2 * 2 * ((tokens - quantized) * 512L + (long) quantized * quantizedBytes) + 2 * mean;
        keysAndValues += 2 * sink * (512 - quantizedBytes);
        long activations = 2 * 4 * 256 * 4L + 2 * 2 * 256 * 4;
        assertThat((double) read / (keysAndValues + activations)).isLessThanOrEqualTo(1.05);
        assertThat(report.get("graphLaunches").asInt()).isEqualTo(1);
        assertFewBankConflicts(report);
    }

    /** A logit and its token, and nothing else. */
    @Test
    void aGreedyTokenIsEightBytesToTheHost() {
        Path file = model(folder, new ShapedModel(QuantTypes.Q4_0, 2, 256, 512, 4, 1, 64, 512));
        StandIn standIn = StandIn.begin("");
        try (Engine engine = Engine.open(options(file, QuantTypes.F16));
                Session session = engine.newSession()) {
            GenerationRequest request = GenerationRequest.of(new Prompt.Tokens(ids(20)))
                    .withSampling(SamplerOptions.greedy())
                    .withMaxTokens(5);
            int tokens = session.generate(request, event -> {}).ids().length;
            assertThat(standIn.report().get("copied").get("deviceToHost").asInt())
                    .isEqualTo(8 * tokens);
        }
    }

    /** Decode and prefill at the shape of Gemma 3 1B, as the page has them. */
    @Test
    void figuresAreThoseOfThePage() throws IOException {
        Path file = model(folder, new ShapedModel(QuantTypes.Q4_0, 2, 1152, 6912, 4, 1, 256, 512));
        StandIn standIn = StandIn.begin("");
        JsonNode decode = step(standIn, options(file, QuantTypes.F16), 8, 1);
        List<Long> decodeSizes = weightSizes(file);
        assertWeightsAreReadOnce(decode, decodeSizes);
        assertThat(decode.get("graphLaunches").asInt()).isEqualTo(1);

        file = model(folder, new ShapedModel(QuantTypes.Q4_0, 1, 576, 3456, 2, 1, 128, 512));
        standIn = StandIn.begin("");
        JsonNode prefill = step(standIn, options(file, QuantTypes.F16), 8, 512);
        List<Long> prefillSizes = new ArrayList<>(weightSizes(file));
        List<Long> twice = readOnceInWideLoads(prefill, 2);
        for (Long size : prefillSizes) {
            assertThat(twice.remove(size))
                    .as("weights of %d bytes are read at most twice", size)
                    .isTrue();
        }
        assertFewBankConflicts(prefill);
        assertThat(CountersPage.tensorShare(prefill)).isGreaterThanOrEqualTo(0.95);

        String page = CountersPage.of(decode, bytesOf(decodeSizes), prefill, bytesOf(prefillSizes));
        Files.createDirectories(Path.of("target"));
        Files.writeString(Path.of("target/gpu-counters.md"), page);
        assertThat(Path.of("../docs/bench/gpu-counters.md")).hasContent(page);
    }
}
