package io.jgemma.engine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
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
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Codes and activations at the ends of their ranges, where sums in 16 bits would overflow first. */
class ExtremeProductsTest {

    private static final short ONE_AS_F16 = 0x3C00;

    private static final List<QuantType> TYPES = List.of(
            QuantTypes.Q4_0,
            QuantTypes.Q4_1,
            QuantTypes.Q5_0,
            QuantTypes.Q5_1,
            QuantTypes.Q8_0,
            QuantTypes.Q4_K,
            QuantTypes.Q5_K,
            QuantTypes.Q6_K);

    /** Bytes that fill a row's blocks: all codes the largest, the smallest, signed extremes, and mixed. */
    private static final int[] FILLS = {0xFF, 0x00, 0x80, 0x7F, 0xF0, 0x0F};

    private static final int ROWS = FILLS.length;

    @ParameterizedTest
    @ValueSource(strings = {"avx2", "avx-vnni", "avx512-vnni", "x86", "avx2-fast", "avx-vnni-fast", "fast"})
    void sumsDoNotOverflow(String kernels) {
        X86Support support = X86Support.find();
        String level = kernels.replace("-fast", "");
        boolean named = !level.equals("x86") && !level.equals("fast");
        assumeTrue((named ? support.limitedTo(level) : support).isPresent(), () -> "no " + level + " here");
        // A byte has 7 bits beside the largest of 32, and what is rounded here is ±1 or nothing.
        for (boolean repack : new boolean[] {true, false}) {
            try (Backend backend = CpuBackend.open(KernelSet.of(kernels), 1, new CpuBackend.Placing(repack, false))) {
                for (QuantType type : TYPES) {
                    for (int tokens : new int[] {1, 7}) {
                        check(backend, type, tokens, kernels + (repack ? "" : ", mapped"));
                    }
                }
            }
        }
    }

    private static void check(Backend backend, QuantType type, int tokens, String kernels) {
        int n = 3 * type.blockSize();
        try (Arena arena = Arena.ofConfined();
                Buffer memory = backend.allocate(4L * tokens * (n + ROWS))) {
            MemorySegment blocks = arena.allocate(type.bytes((long) ROWS * n), 64);
            fill(type, blocks);
            Tensor w = backend.upload(new GgufTensor("w", type, GgufShape.of(n, ROWS), blocks));
            MemorySegment values = arena.allocate(4L * tokens * n, 4);
            for (int t = 0; t < tokens; t++) {
                for (int i = 0; i < n; i++) {
                    values.setAtIndex(ValueLayout.JAVA_FLOAT, (long) t * n + i, activation(t, i));
                }
            }
            Tensor source = backend.upload(new GgufTensor("x", QuantTypes.F32, GgufShape.of(n, tokens), values));
            Tensor x = new Tensor(QuantTypes.F32, tokens, n, memory, 0);
            Tensor y = new Tensor(QuantTypes.F32, tokens, ROWS, memory, 4L * tokens * n);
            int[] all = new int[tokens];
            for (int i = 0; i < tokens; i++) {
                all[i] = i;
            }
            backend.ops().gatherRows(x, source, all);
            backend.ops().matmul(y, w, x);
            MemorySegment results = arena.allocate(4L * tokens * ROWS, 4);
            backend.read(memory, y.offsetBytes(), results);
            float[] row = new float[n];
            for (int o = 0; o < ROWS; o++) {
                type.decode(blocks, o * type.bytes(n), row, 0, n);
                for (int t = 0; t < tokens; t++) {
                    double expected = 0;
                    double magnitude = 0;
                    for (int i = 0; i < n; i++) {
                        expected += row[i] * activation(t, i);
                        magnitude += Math.abs(row[i] * activation(t, i));
                    }
                    assertThat((double) results.getAtIndex(ValueLayout.JAVA_FLOAT, (long) t * ROWS + o))
                            .as("%s, %s, fill %02x, token %d of %d", kernels, type.name(), FILLS[o], t, tokens)
                            .isCloseTo(expected, within(1e-5 * magnitude + 1e-6));
                }
            }
        }
    }

    /** All largest, all smallest, and alternating signs. */
    private static float activation(int token, int i) {
        return switch (token % 4) {
            case 0 -> -1;
            case 1 -> 1;
            case 2 -> i % 2 == 0 ? 1 : -1;
            default -> i / 2 % 2 == 0 ? 1 : -1;
        };
    }

    private static void fill(QuantType type, MemorySegment blocks) {
        long rowBytes = blocks.byteSize() / ROWS;
        for (int o = 0; o < ROWS; o++) {
            blocks.asSlice(o * rowBytes, rowBytes).fill((byte) FILLS[o]);
        }
        boolean last = type.equals(QuantTypes.Q6_K);
        boolean two = List.of(QuantTypes.Q4_1, QuantTypes.Q5_1, QuantTypes.Q4_K, QuantTypes.Q5_K)
                .contains(type);
        for (long at = 0; at < blocks.byteSize(); at += type.blockBytes()) {
            long scale = at + (last ? type.blockBytes() - Short.BYTES : 0);
            blocks.set(ValueLayout.JAVA_SHORT_UNALIGNED, scale, ONE_AS_F16);
            if (two) {
                blocks.set(ValueLayout.JAVA_SHORT_UNALIGNED, scale + Short.BYTES, ONE_AS_F16);
            }
        }
    }
}
