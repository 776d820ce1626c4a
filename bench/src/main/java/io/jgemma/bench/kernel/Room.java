package io.jgemma.bench.kernel;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.cpu.CpuBackend;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A CPU backend with tensors to compute with. */
final class Room implements AutoCloseable {

    private final Backend backend;
    private final Arena arena = Arena.ofShared();
    private final List<Buffer> buffers = new ArrayList<>();

    /**
     * An empty one.
     *
     * @param kernels as {@code --cpu-kernels} spells them
     */
    Room(String kernels, int threads) {
        backend = CpuBackend.open(KernelSet.of(kernels), threads);
    }

    Backend backend() {
        return backend;
    }

    /** A type of weights, or of K and V, by its name. */
    static QuantType type(String name) {
        return QuantTypes.all().stream()
                .filter(type -> type.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no type " + name));
    }

    /** Memory that lives as long as this. */
    MemorySegment memory(long bytes) {
        return arena.allocate(bytes, 64);
    }

    /** F32 [rows, columns], zero. */
    Tensor zeros(int rows, int columns) {
        Buffer buffer = backend.allocate((long) Float.BYTES * rows * columns);
        buffers.add(buffer);
        return new Tensor(QuantTypes.F32, rows, columns, buffer, 0);
    }

    /** F32 [rows, columns], normally distributed. */
    Tensor random(int rows, int columns) {
        SplittableRandom random = new SplittableRandom(2);
        Tensor tensor = zeros(rows, columns);
        MemorySegment values = arena.allocate(tensor.byteSize(), Float.BYTES);
        for (long i = 0; i < (long) rows * columns; i++) {
            values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        backend.write(tensor.buffer(), 0, values);
        return tensor;
    }

    @Override
    public void close() {
        buffers.forEach(Buffer::close);
        backend.close();
        arena.close();
    }
}
