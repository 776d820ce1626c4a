package io.jgemma.bench.gpu;

import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A benchmark on the first GPU, which counts its calls for the figures of a stand-in. */
@State(Scope.Benchmark)
public abstract class OnGpu {
    final Gpu gpu = new Gpu();

    /** Of this iteration. */
    long calls;

    @Setup(Level.Iteration)
    public void begin() {
        gpu.begin();
        calls = 0;
    }

    @TearDown(Level.Iteration)
    public void report() {
        gpu.report(calls);
    }

    @TearDown
    public void close() {
        gpu.close();
    }
}
