package io.jgemma.engine.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.cpu.CpuBackend;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.LayerSpec;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.spec.RopeSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a sequence holds is what the formula says, for each pair of types, at each length, however it got there. */
final class KvMemoryTest {

    private static final int[] LENGTHS = IntStream.concat(
                    IntStream.of(0, 1, 31, 32, 33, 100, 255, 256, 257, 511, 513, 1_000, 10_000),
                    IntStream.rangeClosed(127, 161))
            .sorted()
            .toArray();

    static Stream<Arguments> pairs() {
        return KvPlan.TYPES.stream().flatMap(k -> KvPlan.TYPES.stream().map(v -> Arguments.of(k, v)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void countedIsWhatWasPredicted(QuantType keyType, QuantType valueType) {
        List<int[]> windows = List.of(new int[] {0}, new int[] {64}, new int[] {512}, new int[] {0, 64, 300, 300, 512});
        SplittableRandom random = new SplittableRandom(5);
        try (CpuBackend backend = CpuBackend.open(KernelSet.SCALAR, 1)) {
            for (int[] layers : windows) {
                KvPlan plan = plan(layers, keyType, valueType);
                try (KvPool pool = new KvPool(backend, plan)) {
                    for (int length : LENGTHS) {
                        checkLength(pool, length, random);
                    }
                    pool.trim();
                    assertThat(pool.bytes()).as("bytes after trimming").isZero();
                    assertThat(backend.allocatedBytes()).isZero();
                    assertThat(backend.allocatedBuffers()).isZero();
                }
            }
        }
    }

    private static void checkLength(KvPool pool, int length, SplittableRandom random) {
        try (KvSequence sequence = pool.sequence()) {
            while (sequence.length() < length) {
                int some = Math.min(1 + random.nextInt(random.nextBoolean() ? 3 : 700), length - sequence.length());
                sequence.reserve(some);
                sequence.advance(some);
            }
            assertThat(pool.bytesInUse())
                    .as("%d tokens in %s", length, pool.plan().groups())
                    .isEqualTo(pool.plan().bytes(length));
            pool.trim();
            assertThat(pool.bytes()).as("bytes after trimming").isEqualTo(pool.bytesInUse());
        }
        assertThat(pool.bytesInUse()).as("bytes after closing").isZero();
        assertThat(pool.pagesInUse()).as("pages after closing").isZero();
    }

    private static KvPlan plan(int[] windows, QuantType keyType, QuantType valueType) {
        RopeSpec rope = RopeSpec.of(RopeSpec.Style.HALVES, 64, 1e4, 1);
        List<LayerSpec> layers = new ArrayList<>();
        for (int window : windows) {
            layers.add(new LayerSpec(2, 2, 64, 32, window, 1, rope, 1, Activation.SILU));
        }
        return KvPlan.of(new ModelSpec("test", 10_000, 1, 1, 1e-6f, layers), keyType, valueType);
    }
}
