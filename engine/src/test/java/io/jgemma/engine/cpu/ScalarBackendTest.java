package io.jgemma.engine.cpu;

import io.jgemma.engine.backend.AttentionContract;
import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.MemoryContract;
import io.jgemma.engine.backend.OpsContract;
import io.jgemma.engine.cpu.kernel.ScalarKernels;
import org.junit.jupiter.api.Nested;

/** The scalar kernels keep the contract. */
class ScalarBackendTest {

    @Nested
    class Operations extends OpsContract {
        @Override
        protected Backend open() {
            return CpuBackend.of(new ScalarKernels(), 2);
        }
    }

    @Nested
    class Attends extends AttentionContract {
        @Override
        protected Backend open() {
            return CpuBackend.of(new ScalarKernels(), 2);
        }
    }

    @Nested
    class Memory extends MemoryContract {
        @Override
        protected Backend open() {
            return CpuBackend.of(new ScalarKernels(), 2);
        }
    }
}
