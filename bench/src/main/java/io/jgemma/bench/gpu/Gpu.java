package io.jgemma.bench.gpu;

import io.jgemma.engine.backend.Accelerator;
import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.Gemm;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.SplittableRandom;

/** The first GPU, with random numbers in its memory; if it is a stand-in, what that counted is logged. */
final class Gpu implements AutoCloseable {
    private final Optional<StandInCounts> counts = StandInCounts.find();
    private final Arena arena = Arena.ofShared();
    private final Backend backend;

    Gpu() {
        Accelerator accelerator = ServiceLoader.load(Accelerator.class)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no module for GPUs is on the class path"));
        backend = accelerator.open(accelerator.devices().getFirst().number(), Gemm.KERNELS);
    }

    Backend backend() {
        return backend;
    }

    /** F32 [rows, columns] with numbers from -1 to 1. */
    Tensor input(int rows, int columns) {
        Tensor tensor = room(rows, columns);
        backend.write(tensor.buffer(), 0, host(tensor.byteSize()));
        return tensor;
    }

    /** F32 [rows, columns], zero. */
    Tensor room(int rows, int columns) {
        long bytes = (long) Float.BYTES * rows * columns;
        return new Tensor(QuantTypes.F32, rows, columns, backend.allocate(bytes), 0);
    }

    /** Memory of the host with floats from -1 to 1. */
    MemorySegment host(long bytes) {
        SplittableRandom random = new SplittableRandom(1);
        MemorySegment values = arena.allocate(bytes, Float.BYTES);
        for (long i = 0; i < bytes / Float.BYTES; i++) {
            values.setAtIndex(ValueLayout.JAVA_FLOAT, i, 2 * (float) random.nextDouble() - 1);
        }
        return values;
    }

    /** Waits until everything is done. */
    void await(Tensor tensor) {
        backend.read(tensor.buffer(), 0, MemorySegment.ofArray(new float[1]));
    }

    /** What is counted begins here. */
    void begin() {
        counts.ifPresent(StandInCounts::begin);
    }

    /** Logs what was counted since {@link #begin}, for each of so many calls. */
    void report(long calls) {
        counts.ifPresent(
                found -> System.getLogger(Gpu.class.getName()).log(System.Logger.Level.INFO, found.report(calls)));
    }

    @Override
    public void close() {
        backend.close();
        arena.close();
    }
}
