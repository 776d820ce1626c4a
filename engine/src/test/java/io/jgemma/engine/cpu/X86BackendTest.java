package io.jgemma.engine.cpu;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jgemma.engine.backend.AttentionContract;
import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.OpsContract;
import io.jgemma.engine.cpu.x86.X86Support;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.util.Set;
import org.junit.jupiter.api.Nested;

/** The assembled kernels, with the vector ones for the rest, keep the contract with one and more threads. */
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

    private static Backend backend(int threads) {
        return backend("x86", threads);
    }

    private static Backend backend(String kernels, int threads) {
        X86Support support = X86Support.find();
        assumeTrue(support.isPresent(), () -> "no assembled kernels here: " + support.reason());
        return CpuBackend.open(kernels, threads);
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
            // Activations keep 15 bits beside the largest of a block, where a float has 23 of its own; the larger a
            // block,
            // the more elements have the rounding of its largest.
            return !ASSEMBLED.contains(type) ? 1 : type.blockSize() > 32 ? 1024 : 256;
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

    @Nested
    class AttendsOnTwoThreads extends AttentionContract {
        @Override
        protected Backend open() {
            return backend(2);
        }
    }
}
