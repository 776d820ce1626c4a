package io.jgemma.cuda.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.cuda.CudaUnavailableException;
import io.jgemma.cuda.Gpu;
import io.jgemma.cuda.OnStandIn;
import io.jgemma.cuda.Staging;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each kernel on the stand-in against a scalar reference, at odd sizes, with what it may read and write. */
@OnStandIn
class KernelsTest {
    private static final int SECTOR = 32;

    private static Kernels load(Gpu gpu) {
        return Kernels.load(gpu.driver, 0, (f, shape, arguments) -> gpu.driver.launch(f, shape, arguments, gpu.stream));
    }

    private static float[] gaussians(int count, int seed) {
        Random random = new Random(seed);
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    /** Quants and their scales by the definition, half to even. */
    private static int[] quantize(float[] x, float[] scales) {
        int[] q = new int[x.length];
        for (int b = 0; b < x.length / 32; b++) {
            float largest = 0;
            for (int i = 0; i < 32; i++) {
                largest = Math.max(largest, Math.abs(x[32 * b + i]));
            }
            scales[b] = largest / 32639;
            float inverse = largest < 1e-30f ? 0 : 32639 / largest;
            for (int i = 0; i < 32; i++) {
                q[32 * b + i] = (int) Math.rint(x[32 * b + i] * inverse);
            }
        }
        return q;
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 3", "2, 20", "3, 33", "1, 168"})
    void quantizesToSixteenBits(int tokens, int blocks) {
        try (Gpu gpu = Gpu.begin("streams=random");
                Kernels kernels = load(gpu)) {
            float[] x = gaussians(tokens * blocks * 32, blocks);
            Arrays.fill(x, 0, 32, 0f);
            float[] scales = new float[tokens * blocks];
            int[] expected = quantize(x, scales);
            Q16Rows y = room(gpu, tokens, blocks * 32);
            kernels.products().quantize(y, gpu.upload(x));
            MemorySegment quants = gpu.download(y.quants(), 64L * tokens * blocks);
            MemorySegment heads = gpu.download(y.heads(), 8L * tokens * blocks);
            for (int n = 0; n < tokens * blocks; n++) {
                int sum = 0;
                for (int i = 0; i < 32; i++) {
                    int at = ((n / blocks * 4 + i / 16) * blocks + n % blocks) * 16 + i % 16;
                    int high = quants.get(ValueLayout.JAVA_BYTE, at);
                    int low = quants.get(ValueLayout.JAVA_BYTE, at + 2 * 16 * blocks);
                    assertThat(256 * high + low).isEqualTo(expected[32 * n + i]);
                    sum += expected[32 * n + i];
                }
                assertThat(heads.get(ValueLayout.JAVA_FLOAT, 8L * n)).isEqualTo(scales[n]);
                assertThat(heads.get(ValueLayout.JAVA_INT, 8L * n + 4)).isEqualTo(sum);
            }
            JsonNode counted = gpu.standIn.kernel("jg_quantize");
            assertThat(counted.get("reads").get("sectors").asLong()).isEqualTo(x.length * 4L / SECTOR);
            assertThat(counted.get("reads").get("wideRequests"))
                    .isEqualTo(counted.get("reads").get("requests"));
        }
    }

    private static Q16Rows room(Gpu gpu, int tokens, int columns) {
        return Q16Rows.at(gpu.driver.allocate(Q16Rows.bytes(tokens, columns)), tokens, columns);
    }

    private static PackedWeights upload(Gpu gpu, Staging staging, MemorySegment gguf, int rows, int columns) {
        long address = gpu.driver.allocate(PackedWeights.bytes(Packing.Q4_0, rows, columns));
        PackedWeights weights = new PackedWeights(address, Packing.Q4_0, rows, columns);
        weights.send(gguf, staging);
        return weights;
    }

    private static MemorySegment randomWeights(Gpu gpu, int rows, int columns, float[] decoded) {
        Random random = new Random(rows);
        MemorySegment w = gpu.arena.allocate(rows * columns / 32 * 18L);
        for (int b = 0; b < rows * columns / 32; b++) {
            short scale = Float.floatToFloat16(random.nextFloat() / 50);
            w.set(ValueLayout.JAVA_SHORT_UNALIGNED, 18L * b, scale);
            for (int i = 0; i < 16; i++) {
                int q = random.nextInt(256);
                w.set(ValueLayout.JAVA_BYTE, 18L * b + 2 + i, (byte) q);
                decoded[32 * b + i] = Float.float16ToFloat(scale) * ((q & 15) - 8);
                decoded[32 * b + 16 + i] = Float.float16ToFloat(scale) * ((q >> 4) - 8);
            }
        }
        return w;
    }

    @ParameterizedTest
    @CsvSource({"1, 32, 1", "8, 64, 1", "13, 4128, 2", "37, 640, 3", "64, 2048, 1"})
    void multipliesPackedWeights(int rows, int columns, int tokens) {
        try (Gpu gpu = Gpu.begin("");
                Kernels kernels = load(gpu);
                Staging staging = Staging.open(gpu.driver, gpu.stream, 2, 20_000)) {
            float[] decoded = new float[rows * columns];
            PackedWeights w = upload(gpu, staging, randomWeights(gpu, rows, columns, decoded), rows, columns);
            float[] x = gaussians(tokens * columns, columns);
            Q16Rows q = room(gpu, tokens, columns);
            kernels.products().quantize(q, gpu.upload(x));
            long y = gpu.driver.allocate(4L * tokens * rows);
            kernels.products().matmul(y, w, q);
            float[] got = gpu.floats(y, tokens * rows);
            float[] scales = new float[x.length / 32];
            int[] quants = quantize(x, scales);
            for (int t = 0; t < tokens; t++) {
                for (int r = 0; r < rows; r++) {
                    double sum = 0;
                    double size = 0;
                    for (int i = 0; i < columns; i++) {
                        double product = (double) decoded[r * columns + i]
                                * quants[t * columns + i]
                                * scales[(t * columns + i) / 32];
                        sum += product;
                        size += Math.abs(product);
                    }
                    assertThat((double) got[t * rows + r]).isCloseTo(sum, within(1e-6 * size));
                }
            }
            assertThat(gpu.standIn.faults()).isEmpty();
        }
    }

    /** What one token of a layer reads: each weight once, in loads of 16 bytes that leave no byte of a sector unused. */
    @Test
    void readsEachWeightOnce() {
        int rows = 64;
        int columns = 2048;
        try (Gpu gpu = Gpu.begin("");
                Kernels kernels = load(gpu);
                Staging staging = Staging.open(gpu.driver, gpu.stream, 2, 20_000)) {
            PackedWeights w =
                    upload(gpu, staging, randomWeights(gpu, rows, columns, new float[rows * columns]), rows, columns);
            Q16Rows q = room(gpu, 1, columns);
            gpu.driver.fill(q.quants(), (byte) 1, 64L * q.blocks(), gpu.stream);
            gpu.driver.fill(q.heads(), (byte) 0, 8L * q.blocks(), gpu.stream);
            long y = gpu.driver.allocate(4L * rows);
            kernels.products().matmul(y, w, q);
            gpu.driver.synchronizeStream(gpu.stream);
            assertThat(w.bytes()).isEqualTo(rows * columns / 32 * 18L);
            JsonNode weights = gpu.standIn.allocation(w.address());
            JsonNode reads = weights.get("reads");
            assertThat(reads.get("sectors").asLong() * SECTOR)
                    .isEqualTo(weights.get("size").asLong());
            assertThat(reads.get("wideRequests")).isEqualTo(reads.get("requests"));
            JsonNode all = gpu.standIn.kernel("jg_matvec_q4_0");
            // What comes from memory, if a sector read again by another block is still in the cache.
            long fromMemory = all.get("reads").get("distinctSectors").asLong() * SECTOR;
            assertThat((double) fromMemory).isLessThanOrEqualTo(1.05 * (w.bytes() + q.bytes()));
            // What comes through the cache: eight rows share one reading of the activations, 72 bytes for 144.
            long throughCache = all.get("reads").get("sectors").asLong() * SECTOR;
            assertThat((double) throughCache).isLessThanOrEqualTo(1.51 * w.bytes());
            assertThat(all.get("bankConflicts").asLong()).isZero();
            assertThat(all.get("byGroup").get("dp4a").asLong()).isEqualTo(2 * rows * columns / 4 / 32);
            assertThat(all.get("writes").get("bytes").asLong()).isEqualTo(4L * rows);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 31, 37, 256, 640, 1000})
    void normalizesRows(int n) {
        int rows = 3;
        try (Gpu gpu = Gpu.begin("");
                Kernels kernels = load(gpu)) {
            float[] x = gaussians(rows * n, n);
            float[] w = gaussians(n, n + 1);
            long address = gpu.upload(x);
            kernels.rows().rmsNorm(new DeviceRows(address, rows, n), address, gpu.upload(w), 1e-6f);
            float[] got = gpu.floats(address, rows * n);
            for (int r = 0; r < rows; r++) {
                double squares = 0;
                for (int i = 0; i < n; i++) {
                    squares += (double) x[r * n + i] * x[r * n + i];
                }
                for (int i = 0; i < n; i++) {
                    double expected = w[i] * x[r * n + i] / Math.sqrt(squares / n + 1e-6);
                    assertThat((double) got[r * n + i]).isCloseTo(expected, within(1e-5 * Math.abs(expected) + 1e-9));
                }
            }
            long fromMemory = gpu.standIn
                            .kernel("jg_rms_norm")
                            .get("reads")
                            .get("distinctSectors")
                            .asLong()
                    * SECTOR;
            assertThat(fromMemory).isLessThanOrEqualTo(4L * (rows + 1) * n + 4 * SECTOR);
            assertThat(gpu.standIn.kernel("jg_rms_norm").get("bankConflicts").asLong())
                    .isZero();
        }
    }

    /** Weights in F16, for few tokens and on tensor cores: right, each weight loaded 16 bytes at a time, no bank asked twice. */
    @ParameterizedTest
    @CsvSource({"1, 75, 104", "3, 64, 1000", "8, 9, 8", "9, 65, 104", "130, 75, 72"})
    void halvesAreMultiplied(int tokens, int rows, int columns) {
        for (int capability : new int[] {75, 86}) {
            try (Gpu gpu = Gpu.begin("capability=" + capability);
                    Kernels kernels = load(gpu)) {
                float[] w = gaussians(rows * columns, rows);
                MemorySegment halves = gpu.arena.allocate(2L * w.length, 16);
                for (int i = 0; i < w.length; i++) {
                    short half = Float.floatToFloat16(w[i]);
                    halves.setAtIndex(ValueLayout.JAVA_SHORT, i, half);
                    w[i] = Float.float16ToFloat(half);
                }
                float[] x = gaussians(tokens * columns, columns);
                x[0] = 1e6f;
                long weights = gpu.upload(halves);
                DeviceRows in = new DeviceRows(gpu.upload(x), tokens, columns);
                DeviceRows y = new DeviceRows(gpu.driver.allocate(4L * tokens * rows), tokens, rows);
                DeviceWeights f16 = new DeviceWeights(1, weights, false, rows, columns);
                assertThat(HalfKernels.canMultiply(f16, in)).isTrue();
                boolean few = tokens <= Q16Rows.MOST_FEW;
                if (few) {
                    kernels.halves().matmul(y, f16, in);
                } else {
                    long room = gpu.driver.allocate(SplitRows.bytes(tokens, columns));
                    kernels.halves().matmul(y, f16, SplitRows.at(room, tokens, columns), in);
                }
                float[] got = gpu.floats(y.address(), tokens * rows);
                for (int t = 0; t < tokens; t++) {
                    for (int r = 0; r < rows; r++) {
                        double sum = 0;
                        double size = 0;
                        for (int i = 0; i < columns; i++) {
                            double product = (double) w[r * columns + i] * x[t * columns + i];
                            sum += product;
                            size += Math.abs(product);
                        }
                        assertThat((double) got[t * rows + r]).isCloseTo(sum, within(1e-6 * size));
                    }
                }
                String kernel = few ? tokens == 1 ? "jg_matvec_halves" : "jg_matvec_halves_few" : "jg_matmul_halves";
                JsonNode reads = gpu.standIn.allocation(weights).get("reads");
                assertThat(reads.get("wideRequests")).isEqualTo(reads.get("requests"));
                assertThat(gpu.standIn.kernel(kernel).get("bankConflicts").asLong())
                        .isZero();
                assertThat(gpu.standIn.faults()).isEmpty();
            }
        }
    }

    @Test
    void runsOnTuringAndRefusesOlderDevices() {
        try (Gpu gpu = Gpu.begin("capability=75");
                Kernels kernels = load(gpu)) {
            long x = gpu.upload(new float[] {3, 4});
            kernels.rows().rmsNorm(new DeviceRows(x, 1, 2), x, gpu.upload(new float[] {1, 1}), 0);
            assertThat(gpu.floats(x, 2)[1]).isCloseTo((float) (4 / Math.sqrt(12.5)), within(1e-5f));
        }
        try (Gpu gpu = Gpu.begin("capability=61")) {
            assertThatThrownBy(() -> load(gpu))
                    .isInstanceOf(CudaUnavailableException.class)
                    .hasMessageContaining("stand-in GPU 0 has compute capability 6.1");
            assertThat(gpu.standIn.report().get("open").get("modules").asInt()).isZero();
        }
    }

    @Test
    void refusesWhatDoesNotFitTogether() {
        try (Gpu gpu = Gpu.begin("");
                Kernels kernels = load(gpu);
                Staging staging = Staging.open(gpu.driver, gpu.stream, 2, 20_000)) {
            MemorySegment bytes = gpu.arena.allocate(18);
            assertThatThrownBy(() -> new PackedWeights(0, Packing.Q4_0, 1, 33))
                    .hasMessageContaining("columns are a multiple of 32");
            assertThatThrownBy(() -> upload(gpu, staging, bytes, 2, 32)).hasMessageContaining("have 36 bytes, not 18");
            PackedWeights w = upload(gpu, staging, bytes, 1, 32);
            assertThatThrownBy(() -> kernels.products().matmul(0, w, new Q16Rows(0, 0, 1, 2, false)))
                    .hasMessage("weights of 32 columns with activations of 64");
        }
    }
}
