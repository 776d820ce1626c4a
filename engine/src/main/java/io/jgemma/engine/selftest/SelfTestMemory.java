package io.jgemma.engine.selftest;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.gguf.GgufShape;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.memory.Cleanup;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/** Operands of one case on one backend: the same random numbers on each. */
final class SelfTestMemory implements AutoCloseable {

    /** So many different blocks make up a weight. */
    private static final int VARIETY = 64;

    private final Backend backend;
    private final SplittableRandom random = new SplittableRandom(1);
    private final Arena arena = Arena.ofShared();
    private final Cleanup open = new Cleanup();

    SelfTestMemory(Backend backend) {
        this.backend = backend;
    }

    Backend backend() {
        return backend;
    }

    /** Something to close before the memory is. */
    <T extends AutoCloseable> T add(T resource) {
        return open.closing(resource);
    }

    /** A weight of any type with random blocks. */
    Tensor weight(QuantType type, int rows, int columns) {
        MemorySegment blocks = RandomWeights.of(type, (long) rows * columns, VARIETY, random, arena);
        return backend.upload(new GgufTensor("weight", type, GgufShape.of(columns, rows), blocks));
    }

    /** F32 [rows, columns] with normally distributed numbers. */
    Tensor input(int rows, int columns) {
        MemorySegment values = arena.allocate((long) rows * columns * Float.BYTES, Float.BYTES);
        for (long i = 0; i < (long) rows * columns; i++) {
            values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        Tensor tensor = output(rows, columns);
        backend.write(tensor.buffer(), tensor.offsetBytes(), values);
        return tensor;
    }

    /** F32 [rows, columns] to write to, zero. */
    Tensor output(int rows, int columns) {
        Buffer buffer = add(backend.allocate((long) rows * columns * Float.BYTES));
        return new Tensor(QuantTypes.F32, rows, columns, buffer, 0);
    }

    /** Numbers from 0 to {@code bound}, exclusive. */
    int[] numbers(int count, int bound) {
        return random.ints(count, 0, bound).toArray();
    }

    /** Weights stay until the backend is closed; all else goes. */
    @Override
    public void close() {
        open.run();
    }
}
