package io.jgemma.engine.cpu;

import io.jgemma.engine.backend.AttentionContract;
import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.OpsContract;
import io.jgemma.engine.cpu.vector.VectorKernels;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The vector kernels keep the contract on this machine's register width, with one and more threads. */
@Tag("width")
class VectorBackendTest {

    abstract static class Operations extends OpsContract {

        private final int threads;

        Operations(int threads) {
            this.threads = threads;
        }

        @Override
        protected Backend open() {
            return CpuBackend.of(new VectorKernels(), threads);
        }

        @Override
        protected double productUnits(QuantType type) {
            // Q4_0 multiplies whole bytes and takes 16 times a nibble off again, which costs four bits.
            return type.equals(QuantTypes.Q4_0) ? 16 : 1;
        }
    }

    @Nested
    class OperationsOnOneThread extends Operations {
        OperationsOnOneThread() {
            super(1);
        }
    }

    @Nested
    class OperationsOnTwoThreads extends Operations {
        OperationsOnTwoThreads() {
            super(2);
        }
    }

    @Nested
    class OperationsOnThreeThreads extends Operations {
        OperationsOnThreeThreads() {
            super(3);
        }
    }

    @Nested
    class AttendsOnOneThread extends AttentionContract {
        @Override
        protected Backend open() {
            return CpuBackend.of(new VectorKernels(), 1);
        }
    }

    @Nested
    class AttendsOnTwoThreads extends AttentionContract {
        @Override
        protected Backend open() {
            return CpuBackend.of(new VectorKernels(), 2);
        }
    }

    @Nested
    class AttendsOnThreeThreads extends AttentionContract {
        @Override
        protected Backend open() {
            return CpuBackend.of(new VectorKernels(), 3);
        }
    }
}
