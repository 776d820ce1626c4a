package io.jgemma.bench.text;

import io.jgemma.bench.CpuBenchmark;
import io.jgemma.engine.sample.Sampler;
import io.jgemma.engine.sample.SamplerOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** One token from the logits of a whole vocabulary. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Sampling extends CpuBenchmark {

    /** {@code greedy}, or top-k and top-p. */
    @Param({"greedy", "64:0.95", "0:0.95", "0:1"})
    public String sampling = "";

    @Param({"32000", "262144"})
    public int vocabulary;

    private Arena arena = Arena.ofShared();
    private MemorySegment logits = MemorySegment.NULL;
    private Sampler sampler = Sampler.of(SamplerOptions.greedy(), 1);

    @Setup
    public void open() {
        arena.close();
        arena = Arena.ofShared();
        logits = arena.allocate((long) Float.BYTES * vocabulary, 64);
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < vocabulary; i++) {
            logits.setAtIndex(ValueLayout.JAVA_FLOAT, i, 3 * (float) random.nextGaussian());
        }
        sampler = Sampler.of(options(), vocabulary);
    }

    private SamplerOptions options() {
        if (sampling.equals("greedy")) {
            return SamplerOptions.greedy();
        }
        int colon = sampling.indexOf(':');
        return SamplerOptions.builder()
                .temperature(1)
                .topK(Integer.parseInt(sampling.substring(0, colon)))
                .topP(Float.parseFloat(sampling.substring(colon + 1)))
                .seed(1)
                .build();
    }

    @TearDown
    public void close() {
        arena.close();
    }

    @Benchmark
    public int sample() {
        return sampler.sample(logits);
    }
}
