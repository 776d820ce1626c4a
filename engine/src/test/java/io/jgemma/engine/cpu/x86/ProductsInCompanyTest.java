package io.jgemma.engine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.cpu.CpuBackend;
import io.jgemma.engine.gguf.GgufShape;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** With repacked weights and 512-bit registers a row of activations has the same products, to the bit, alone and among others. */
class ProductsInCompanyTest {

    private static final int OUTPUTS = 53;
    private static final int MOST = 72;
    private static final short SMALL_F16 = 0x2C00;

    /** Each type with the most rows for which this holds: panels of Q6_K add up in another order. */
    static Stream<Arguments> types() {
        return Stream.of("x86", "fast").flatMap(ProductsInCompanyTest::types);
    }

    private static Stream<Arguments> types(String kernels) {
        return Stream.of(
                Arguments.of(kernels, QuantTypes.Q4_0, MOST),
                Arguments.of(kernels, QuantTypes.Q4_1, MOST),
                Arguments.of(kernels, QuantTypes.Q5_0, MOST),
                Arguments.of(kernels, QuantTypes.Q5_1, MOST),
                Arguments.of(kernels, QuantTypes.Q8_0, MOST),
                Arguments.of(kernels, QuantTypes.Q4_K, MOST),
                Arguments.of(kernels, QuantTypes.Q5_K, MOST),
                Arguments.of(kernels, QuantTypes.Q6_K, 5));
    }

    @ParameterizedTest
    @MethodSource("types")
    void productsAreTheSame(String kernels, QuantType type, int most) {
        assumeTrue(X86Support.find().limitedTo("avx512-vnni").isPresent(), "no AVX-512 VNNI here");
        int n = type.blockSize() * 3;
        try (Arena arena = Arena.ofConfined();
                Backend backend = CpuBackend.open(KernelSet.of(kernels), 2, CpuBackend.Placing.DEFAULT);
                Buffer memory = backend.allocate(4L * most * (n + OUTPUTS))) {
            Tensor w = backend.upload(new GgufTensor("w", type, GgufShape.of(n, OUTPUTS), weights(type, n, arena)));
            Tensor source = backend.upload(
                    new GgufTensor("x", QuantTypes.F32, GgufShape.of(n, most), activations(n, most, arena)));
            // With 8 bits a row that is really alone keeps 16.
            int fewest = kernels.equals("fast") ? 2 : 1;
            float[][] alone = new float[most][];
            for (int row = 0; row < most; row++) {
                int first = Math.min(row, most - fewest);
                alone[row] = products(backend, memory, w, source, first, fewest)[row - first];
            }
            for (int count = fewest + 1; count <= most; count++) {
                float[][] together = products(backend, memory, w, source, most - count, count);
                for (int i = 0; i < count; i++) {
                    assertThat(together[i])
                            .as("%s, row %d of %d", type.name(), i, count)
                            .isEqualTo(alone[most - count + i]);
                }
            }
        }
    }

    private static float[][] products(Backend backend, Buffer memory, Tensor w, Tensor source, int first, int count) {
        int n = Math.toIntExact(w.columns());
        Tensor x = new Tensor(QuantTypes.F32, count, n, memory, 0);
        Tensor y = new Tensor(QuantTypes.F32, count, OUTPUTS, memory, x.byteSize());
        int[] rows = new int[count];
        for (int i = 0; i < count; i++) {
            rows[i] = first + i;
        }
        backend.ops().gatherRows(x, source, rows);
        backend.ops().matmul(y, w, x);
        MemorySegment values = backend.read(y);
        float[][] products = new float[count][OUTPUTS];
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(values, ValueLayout.JAVA_FLOAT_UNALIGNED, i * y.rowBytes(), products[i], 0, OUTPUTS);
        }
        return products;
    }

    /** Random codes with scales, and offsets where the type has them, of ordinary size. */
    private static MemorySegment weights(QuantType type, int n, Arena arena) {
        byte[] bytes = new byte[Math.toIntExact(type.bytes((long) OUTPUTS * n))];
        new Random(1).nextBytes(bytes);
        MemorySegment blocks = arena.allocate(bytes.length, 64);
        MemorySegment.copy(bytes, 0, blocks, ValueLayout.JAVA_BYTE, 0, bytes.length);
        boolean last = type.equals(QuantTypes.Q6_K);
        boolean two = !last && (type.blockSize() == 256 || type.name().endsWith("_1"));
        for (long at = 0; at < bytes.length; at += type.blockBytes()) {
            long scale = last ? at + type.blockBytes() - 2 : at;
            blocks.set(ValueLayout.JAVA_SHORT_UNALIGNED, scale, SMALL_F16);
            if (two) {
                blocks.set(ValueLayout.JAVA_SHORT_UNALIGNED, scale + 2, SMALL_F16);
            }
        }
        return blocks;
    }

    private static MemorySegment activations(int n, int rows, Arena arena) {
        Random random = new Random(2);
        MemorySegment values = arena.allocate(4L * n * rows, 4);
        for (long i = 0; i < (long) n * rows; i++) {
            values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        return values;
    }
}
