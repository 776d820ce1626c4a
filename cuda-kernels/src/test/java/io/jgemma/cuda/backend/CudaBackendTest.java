package io.jgemma.cuda.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.cuda.CudaDrivers;
import io.jgemma.cuda.OnStandIn;
import io.jgemma.cuda.StandIn;
import io.jgemma.cuda.kernels.Packing;
import io.jgemma.engine.backend.AttentionContract;
import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.Gemm;
import io.jgemma.engine.backend.MemoryContract;
import io.jgemma.engine.backend.OpsContract;
import io.jgemma.engine.quant.QuantType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/** The backend keeps the contract on the stand-in, whose streams work only when something waits for them. */
class CudaBackendTest {

    private @Nullable StandIn standIn;

    private Backend backend(String settings) {
        return backend(settings, 0);
    }

    private Backend backend(String settings, int device) {
        standIn = StandIn.begin(settings);
        return CudaBackend.open(CudaDrivers.open(), device, Gemm.KERNELS);
    }

    /** Every access was one of memory that is there, aligned, and no race. */
    @AfterEach
    void nothingWasFoundWrong() {
        if (standIn != null) {
            assertThat(standIn.faults()).isEmpty();
        }
    }

    @Nested
    @OnStandIn
    class Operations extends OpsContract {
        @Override
        protected Backend open() {
            return backend("");
        }

        @Override
        protected double productUnits(QuantType type) {
            // Activations keep 15 bits beside the largest of a block, where a float has 23 of its own.
            return Packing.of(type).isPresent() ? 256 : 1;
        }
    }

    /** Streams work at any moment. */
    @Nested
    @OnStandIn
    class OperationsOnTheSecondOfTwo extends Operations {
        @Override
        protected Backend open() {
            return backend("devices=2 streams=random", 1);
        }
    }

    @Nested
    @OnStandIn
    class Attends extends AttentionContract {
        @Override
        protected Backend open() {
            return backend("");
        }
    }

    /** Tensor cores before Ampere take half as much at a time. */
    @Nested
    @OnStandIn
    class AttendsOnTuring extends AttentionContract {
        @Override
        protected Backend open() {
            return backend("capability=75");
        }
    }

    @Nested
    @OnStandIn
    class Memory extends MemoryContract {
        @Override
        protected Backend open() {
            return backend("");
        }
    }
}
