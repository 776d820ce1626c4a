package io.jgemma.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.cpu.vector.VectorKernels;
import io.jgemma.engine.cpu.x86.X86Support;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import org.junit.jupiter.api.Test;

class CpuBackendTest {

    @Test
    void kernelsAreChosenByName() {
        int most = Runtime.getRuntime().availableProcessors();
        try (CpuBackend scalar = CpuBackend.open(KernelSet.SCALAR, 1);
                CpuBackend vector = CpuBackend.open(KernelSet.VECTOR, most);
                CpuBackend auto = CpuBackend.open(KernelSet.AUTO, 0)) {
            assertThat(scalar.description()).isEqualTo("CPU, scalar kernels, 1 thread");
            assertThat(vector.description())
                    .isEqualTo("CPU, vector kernels (" + VectorKernels.registerBits() + " bits), " + most + " thread"
                            + (most == 1 ? "" : "s"));
            assertThat(auto.description())
                    .contains(X86Support.find().isPresent() ? "x86 kernels (AVX" : "vector")
                    .contains(CpuTopology.physicalCores() + " thread");
        }
        assertThatThrownBy(() -> CpuBackend.open(KernelSet.of("fpga"), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'fpga'")
                .hasMessageContaining("scalar");
        assertThatThrownBy(() -> CpuBackend.open(KernelSet.SCALAR, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void thereIsAtLeastOneCoreAndNoMoreThanProcessors() {
        assertThat(CpuTopology.physicalCores())
                .isBetween(1, Runtime.getRuntime().availableProcessors());
    }

    @Test
    void memoryOfAnotherBackendIsRefused() {
        Buffer foreign = new Buffer() {
            @Override
            public long byteSize() {
                return 400;
            }

            @Override
            public void close() {}
        };
        Tensor tensor = new Tensor(QuantTypes.F32, 10, 10, foreign, 0);
        try (CpuBackend backend = CpuBackend.open(KernelSet.SCALAR, 1);
                Buffer own = backend.allocate(400)) {
            Tensor mine = new Tensor(QuantTypes.F32, 10, 10, own, 0);
            assertThatThrownBy(() -> backend.ops().add(mine, tensor))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("another backend");
            assertThatThrownBy(() -> backend.read(tensor)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> backend.copy(own, foreign, 4)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void closedMemoryCannotBeUsed() {
        try (CpuBackend backend = CpuBackend.open(KernelSet.VECTOR, 1)) {
            Buffer buffer = backend.allocate(400);
            Tensor tensor = new Tensor(QuantTypes.F32, 10, 10, buffer, 0);
            buffer.close();
            assertThatThrownBy(() -> backend.ops().add(tensor, tensor)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void closingTwiceIsClosingOnce() {
        CpuBackend backend = CpuBackend.open(KernelSet.VECTOR, 2);
        try (Buffer buffer = backend.allocate(4 * 100 * 100)) {
            Tensor tensor = new Tensor(QuantTypes.F32, 100, 100, buffer, 0);
            backend.ops().add(tensor, tensor);
        }
        backend.close();
        backend.close();
        assertThat(backend.allocatedBuffers()).isZero();
    }
}
