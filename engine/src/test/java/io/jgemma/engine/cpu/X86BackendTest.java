package io.jgemma.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jgemma.engine.backend.AttentionContract;
import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.backend.OpsContract;
import io.jgemma.engine.cpu.x86.X86Support;
import io.jgemma.engine.gguf.GgufShape;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The assembled kernels, with the vector ones for the rest, keep the contract with one and more threads. */
@EnabledIf("isPresent")
class X86BackendTest {

    private static final Set<QuantType> ASSEMBLED = Set.of(
            QuantTypes.Q4_0,
            QuantTypes.Q4_1,
            QuantTypes.Q5_0,
            QuantTypes.Q5_1,
            QuantTypes.Q8_0,
            QuantTypes.Q4_K,
            QuantTypes.Q5_K,
            QuantTypes.Q6_K);

    static boolean isPresent() {
        return X86Support.find().isPresent();
    }

    static boolean hasAvxVnni() {
        return X86Support.find().limitedTo("avx-vnni").isPresent();
    }

    static boolean hasAvx512Vnni() {
        return X86Support.find().limitedTo("avx512-vnni").isPresent();
    }

    private static Backend backend(int threads) {
        return backend("x86", threads);
    }

    private static Backend backend(String kernels, int threads) {
        return backend(kernels, threads, true);
    }

    private static Backend backend(String kernels, int threads, boolean repack) {
        return CpuBackend.open(KernelSet.of(kernels), threads, new CpuBackend.Placing(repack, false));
    }

    abstract static class Operations extends OpsContract {

        private final int threads;

        Operations(int threads) {
            this.threads = threads;
        }

        @Override
        protected Backend open() {
            return backend(threads);
        }

        @Override
        protected double productUnits(QuantType type) {
            // Activations keep 15 bits beside the largest of 32, where a float has 23 of its own.
            return ASSEMBLED.contains(type) ? 256 : 1;
        }
    }

    @Nested
    class OperationsOnOneThread extends Operations {
        OperationsOnOneThread() {
            super(1);
        }
    }

    @Nested
    class OperationsOnThreeThreads extends Operations {
        OperationsOnThreeThreads() {
            super(3);
        }
    }

    /** What kernels for earlier processors give. */
    abstract static class OperationsAtLevel extends Operations {

        private final String level;

        OperationsAtLevel(String level) {
            super(2);
            this.level = level;
        }

        @Override
        protected Backend open() {
            return backend(level, 2);
        }
    }

    @Nested
    class OperationsWithAvx2 extends OperationsAtLevel {
        OperationsWithAvx2() {
            super("avx2");
        }
    }

    @Nested
    class OperationsWithAvx2WithoutRepacking extends Operations {
        OperationsWithAvx2WithoutRepacking() {
            super(2);
        }

        @Override
        protected Backend open() {
            return backend("avx2", 2, false);
        }
    }

    @Nested
    @EnabledIf("io.jgemma.engine.cpu.X86BackendTest#hasAvxVnni")
    class OperationsWithAvxVnni extends OperationsAtLevel {
        OperationsWithAvxVnni() {
            super("avx-vnni");
        }
    }

    @Nested
    @EnabledIf("io.jgemma.engine.cpu.X86BackendTest#hasAvx512Vnni")
    class OperationsWithAvx512Vnni extends OperationsAtLevel {
        OperationsWithAvx512Vnni() {
            super("avx512-vnni");
        }
    }

    @Nested
    @EnabledIf("io.jgemma.engine.cpu.X86BackendTest#hasAvx512Vnni")
    class OperationsWithAvx512VnniWithoutRepacking extends Operations {
        OperationsWithAvx512VnniWithoutRepacking() {
            super(2);
        }

        @Override
        protected Backend open() {
            return backend("avx512-vnni", 2, false);
        }
    }

    /** Weights where the file is mapped. */
    @Nested
    class OperationsWithoutRepacking extends Operations {
        OperationsWithoutRepacking() {
            super(2);
        }

        @Override
        protected Backend open() {
            return backend("x86", 2, false);
        }

        @Override
        protected double productUnits(QuantType type) {
            // With few rows of activations a block has one scale: the larger it is, the more elements have the rounding
            // of its largest.
            return super.productUnits(type) * (type.blockSize() > 32 ? 4 : 1);
        }
    }

    /** Many rows of activations keep 7 bits beside the largest of a block, 8 fewer than else. */
    @Nested
    class OperationsWith8BitPrompts extends Operations {
        OperationsWith8BitPrompts() {
            super(2);
        }

        @Override
        protected Backend open() {
            return backend("fast", 2);
        }

        @Override
        protected double productUnits(QuantType type) {
            return super.productUnits(type) * (ASSEMBLED.contains(type) ? 256 : 1);
        }
    }

    /** Below AVX-512 all activations keep 7 bits. */
    abstract static class OperationsIn8Bits extends OperationsAtLevel {
        OperationsIn8Bits(String level) {
            super(level);
        }

        @Override
        protected double productUnits(QuantType type) {
            return super.productUnits(type) * (ASSEMBLED.contains(type) ? 256 : 1);
        }
    }

    @Nested
    class OperationsWithAvx2In8Bits extends OperationsIn8Bits {
        OperationsWithAvx2In8Bits() {
            super("avx2-fast");
        }
    }

    @Nested
    @EnabledIf("io.jgemma.engine.cpu.X86BackendTest#hasAvxVnni")
    class OperationsWithAvxVnniIn8Bits extends OperationsIn8Bits {
        OperationsWithAvxVnniIn8Bits() {
            super("avx-vnni-fast");
        }
    }

    private static GgufTensor weight(Arena arena) {
        long bytes = QuantTypes.Q4_0.bytes(40 * 64);
        return new GgufTensor("w", QuantTypes.Q4_0, GgufShape.of(64, 40), arena.allocate(bytes));
    }

    /** Some rows of a group cannot be used alone. */
    @Test
    void repackedWeightsAreUsedAsAWhole() {
        try (Backend backend = backend(1);
                Arena arena = Arena.ofConfined();
                Buffer input = backend.allocate(256);
                Buffer output = backend.allocate(64)) {
            Tensor w = backend.upload(weight(arena));
            assumeTrue(backend.copied(w), "no kernels for repacked weights here");
            Tensor part = new Tensor(QuantTypes.Q4_0, 16, 64, w.buffer(), 0);
            Tensor x = new Tensor(QuantTypes.F32, 1, 64, input, 0);
            Tensor y = new Tensor(QuantTypes.F32, 1, 16, output, 0);
            assertThatThrownBy(() -> backend.ops().matmul(y, part, x))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("16 of 40 rows of repacked weights cannot be used alone");
        }
    }

    @Test
    void copiesAreCountedAndGivenBack() {
        Backend backend = backend(1);
        try (backend;
                Arena arena = Arena.ofConfined()) {
            assumeTrue(backend.copied(backend.upload(weight(arena))), "no kernels for repacked weights here");
            // 40 rows are whole groups of 8, and part of the third of 16.
            assertThat(backend.copiedBytes()).isIn(QuantTypes.Q4_0.bytes(40 * 64), QuantTypes.Q4_0.bytes(48 * 64));
        }
        assertThat(backend.copiedBytes()).isZero();
        try (Backend mapped = backend("x86", 1, false);
                Arena arena = Arena.ofConfined()) {
            assertThat(mapped.copied(mapped.upload(weight(arena)))).isFalse();
        }
    }

    abstract static class Attention extends AttentionContract {

        private final String kernels;

        Attention(String kernels) {
            this.kernels = kernels;
        }

        @Override
        protected Backend open() {
            return backend(kernels, 2);
        }

        @Override
        protected double tileUnits() {
            // Queries and weights keep 15 bits beside the largest of a run of tiles.
            return 16;
        }
    }

    @Nested
    class AttendsOnTwoThreads extends Attention {
        AttendsOnTwoThreads() {
            super("x86");
        }
    }

    @Nested
    class AttendsWithAvx2 extends Attention {
        AttendsWithAvx2() {
            super("avx2");
        }
    }

    @Nested
    @EnabledIf("io.jgemma.engine.cpu.X86BackendTest#hasAvxVnni")
    class AttendsWithAvxVnni extends Attention {
        AttendsWithAvxVnni() {
            super("avx-vnni");
        }
    }

    @Nested
    @EnabledIf("io.jgemma.engine.cpu.X86BackendTest#hasAvx512Vnni")
    class AttendsWithAvx512Vnni extends Attention {
        AttendsWithAvx512Vnni() {
            super("avx512-vnni");
        }
    }
}
