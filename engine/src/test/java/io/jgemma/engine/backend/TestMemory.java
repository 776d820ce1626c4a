package io.jgemma.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.gguf.GgufShape;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Tensors of one test in a backend's memory, filled and read through the SPI alone, so that it works for every backend.
 * Each written tensor lies between two rows of guards, and each input is remembered: {@link #verify} says whether an
 * operation wrote where it should not have.
 */
public final class TestMemory implements AutoCloseable {

    private static final float GUARD = -1234.5625f;

    private final Backend backend;
    /** Holds what is uploaded; the collector frees it when no tensor needs it any more. */
    private final Arena arena = Arena.ofAuto();

    private final List<Buffer> buffers = new ArrayList<>();
    private final List<Tensor> guarded = new ArrayList<>();
    private final List<Remembered> inputs = new ArrayList<>();

    private record Remembered(Tensor tensor, Matrix content) {}

    /** Memory for one test. */
    public TestMemory(Backend backend) {
        this.backend = backend;
    }

    /** A weight of any type from its stored blocks. */
    public Tensor weight(QuantType type, int rows, int columns, MemorySegment blocks) {
        return backend.upload(new GgufTensor("test", type, GgufShape.of(columns, rows), blocks.asReadOnly()));
    }

    /** An F32 tensor that operations may only read. */
    public Tensor input(Matrix content) {
        Tensor tensor = upload(content);
        inputs.add(new Remembered(tensor, content));
        return tensor;
    }

    /** An F32 tensor to write to, full of NaN. */
    public Tensor output(int rows, int columns) {
        return changeable(Matrix.filled(rows, columns, Float.NaN));
    }

    /** An F32 tensor to change in place. */
    public Tensor changeable(Matrix content) {
        int rows = content.rows();
        int columns = content.columns();
        Buffer buffer = allocate(4L * (rows + 2) * columns);
        Tensor all = new Tensor(QuantTypes.F32, rows + 2, columns, buffer, 0);
        Tensor inner = all.slice(1, rows);
        fill(all.slice(0, 1), Matrix.filled(1, columns, GUARD));
        fill(all.slice(rows + 1, 1), Matrix.filled(1, columns, GUARD));
        if (rows > 0) {
            fill(inner, content);
        }
        guarded.add(all);
        return inner;
    }

    /** Memory that is freed with this. */
    public Buffer allocate(long bytes) {
        Buffer buffer = backend.allocate(bytes);
        buffers.add(buffer);
        return buffer;
    }

    /** Writes F32 content over a tensor. */
    public void fill(Tensor tensor, Matrix content) {
        int[] rows = new int[content.rows()];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i;
        }
        backend.ops().gatherRows(tensor, upload(content), rows);
    }

    /** The content of an F32 tensor. */
    public Matrix read(Tensor tensor) {
        float[] data = backend.read(tensor).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        return Matrix.of((int) tensor.rows(), (int) tensor.columns(), data);
    }

    /** Fails when an input was changed or something beside an output was. */
    public void verify() {
        for (Remembered input : inputs) {
            assertThat(read(input.tensor).data())
                    .as("content of an input afterwards")
                    .isEqualTo(input.content.data());
        }
        for (Tensor all : guarded) {
            assertThat(read(all.slice(0, 1)).data())
                    .as("memory before an output")
                    .containsOnly(GUARD);
            assertThat(read(all.slice(all.rows() - 1, 1)).data())
                    .as("memory after an output")
                    .containsOnly(GUARD);
        }
    }

    private Tensor upload(Matrix content) {
        MemorySegment segment = arena.allocateFrom(ValueLayout.JAVA_FLOAT, content.data());
        return weight(QuantTypes.F32, content.rows(), content.columns(), segment);
    }

    @Override
    public void close() {
        buffers.forEach(Buffer::close);
        buffers.clear();
        guarded.clear();
        inputs.clear();
    }
}
