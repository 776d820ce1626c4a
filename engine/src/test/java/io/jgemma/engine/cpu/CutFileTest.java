package io.jgemma.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.backend.Matrix;
import io.jgemma.engine.backend.TestMemory;
import io.jgemma.engine.gguf.GgufException;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufShape;
import io.jgemma.engine.gguf.GgufWriter;
import io.jgemma.engine.memory.MappedFile;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Tensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Somebody cuts the file whose weights are being multiplied: the process lives, and the result is known to be worthless. */
class CutFileTest {
    private static final int N = 1024;

    @ParameterizedTest
    @CsvSource({"auto, 1", "auto, 2", "vector, 2", "scalar, 1"})
    void kernelsOutliveIt(String kernels, int threads, @TempDir Path folder) throws IOException {
        assumeTrue(MappedFile.outlivesCuts());
        byte[] blocks = new byte[(int) QuantTypes.Q4_0.bytes((long) N * N)];
        Path path = new GgufWriter()
                .tensor("w", QuantTypes.Q4_0, GgufShape.of(N, N), blocks)
                .write(folder.resolve("w.gguf"));
        try (GgufFile file = GgufFile.open(path);
                Backend backend =
                        CpuBackend.open(KernelSet.of(kernels), threads, new CpuBackend.Placing(false, false));
                TestMemory memory = new TestMemory(backend)) {
            Tensor w = backend.upload(file.tensor("w"));
            for (int rows : new int[] {1, 9}) {
                backend.ops().matmul(memory.output(rows, N), w, memory.input(Matrix.filled(rows, N, 1)));
            }
            file.requireUnchanged();
            try (RandomAccessFile open = new RandomAccessFile(path.toFile(), "rw")) {
                open.setLength(20_000);
            }
            file.requireReadable();

            for (int rows : new int[] {1, 9}) {
                backend.ops().matmul(memory.output(rows, N), w, memory.input(Matrix.filled(rows, N, 1)));
            }

            assertThatThrownBy(file::requireReadable)
                    .isInstanceOf(GgufException.class)
                    .hasMessageContaining(path + ": file: it had ")
                    .hasMessageContaining(" and has 20000 now");
            assertThatThrownBy(file::requireUnchanged).isInstanceOf(GgufException.class);
        }
        assertThat(MappedFile.outlivesCuts()).isTrue();
    }
}
