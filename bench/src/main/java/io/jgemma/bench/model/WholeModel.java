package io.jgemma.bench.model;

import io.jgemma.bench.CpuBenchmark;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.Session;
import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.gguf.GgufTensor;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A model's prompt and its decode: tokens a microsecond, and the bytes of weights that they read, to be compared with
 * {@code kernel.Ceilings}. {@code jgemma bench} measures the same without a build.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class WholeModel extends CpuBenchmark {

    private static final int PROMPT = 512;
    private static final int ANSWER = 32;

    /** A GGUF file; empty = the embedded model. */
    @Param("")
    public String model = "";

    @Param({"auto", "fast"})
    public String kernels = "";

    @Param("2")
    public int threads;

    private Engine engine = Engine.open(EngineOptions.embedded());
    private Session session = engine.newSession();
    private int[] prompt = {};
    private int[] answer = {};
    private long bytes;

    /** What one call counts for. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Work {
        public long tokens;
        public long weightBytes;
    }

    @Setup
    public void open() {
        close();
        EngineOptions options = model.isEmpty() ? EngineOptions.embedded() : EngineOptions.of(Path.of(model));
        engine = Engine.open(
                options.withKernels(KernelSet.of(kernels)).withThreads(threads).withContextTokens(2 * PROMPT));
        session = engine.newSession();
        int vocabulary =
                Math.min(engine.tokenizer().vocabulary().size(), engine.spec().vocabulary());
        SplittableRandom random = new SplittableRandom(4);
        prompt = random.ints(PROMPT, 0, vocabulary).toArray();
        answer = random.ints(ANSWER, 0, vocabulary).toArray();
        bytes = engine.file().tensors().stream().mapToLong(GgufTensor::byteSize).sum();
    }

    @TearDown
    public void close() {
        session.close();
        engine.close();
    }

    @Benchmark
    public void prompt(Work work) {
        session.clear();
        session.evaluate(prompt, index -> index == PROMPT - 1, (index, logits) -> {});
        work.tokens += PROMPT;
        work.weightBytes += bytes;
    }

    @Benchmark
    public void decode(Work work) {
        session.clear();
        session.evaluateEach(answer, (index, logits) -> {});
        work.tokens += ANSWER;
        work.weightBytes += ANSWER * bytes;
    }
}
