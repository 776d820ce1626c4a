package io.jgemma.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.cpu.CpuBackend;
import io.jgemma.engine.tensor.Tensor;
import org.junit.jupiter.api.Test;

class WorkspaceTest {

    @Test
    void aGrowingBufferIsOneHoweverOftenItsShapeChanges() {
        try (Backend backend = CpuBackend.open(KernelSet.SCALAR, 1)) {
            try (Workspace workspace = new Workspace(backend, 8)) {
                Workspace.Growing growing = workspace.growing();
                assertThat(backend.allocatedBuffers()).isZero();
                for (int k = 1; k <= 64; k++) {
                    Tensor made = growing.of(4, 2 * k);
                    assertThat(made.rows()).isEqualTo(4);
                    assertThat(made.columns()).isEqualTo(2L * k);
                    assertThat(growing.of(4, 2 * k)).isSameAs(made);
                    assertThat(backend.allocatedBuffers()).isOne();
                }
                Tensor less = growing.of(1, 2);
                assertThat(less.buffer()).isSameAs(growing.of(4, 128).buffer());
                assertThat(backend.allocatedBytes()).isEqualTo(4L * 128 * Float.BYTES);
            }
            assertThat(backend.allocatedBuffers()).isZero();
            assertThat(backend.allocatedBytes()).isZero();
        }
    }
}
