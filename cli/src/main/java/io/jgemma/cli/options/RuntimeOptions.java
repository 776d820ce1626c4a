package io.jgemma.cli.options;

import io.jgemma.cli.io.UsageException;
import io.jgemma.engine.EngineOptions;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Everything that says how a model is opened, for the commands that open one for one purpose. */
public final class RuntimeOptions {
    private static final int MAX_THREADS = 1024;

    /** No model looks back so far, and tables of such a context would already be large. */
    private static final int MAX_CONTEXT_TOKENS = 1 << 27;

    @Option(
            names = {"-c", "--ctx-size"},
            paramLabel = "N",
            defaultValue = "0",
            converter = SizeConverter.class,
            description = "Tokens of context; 0 = what the model was trained for. Default: ${DEFAULT-VALUE}.")
    private int contextTokens;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            defaultValue = "0",
            description = "CPU threads; 0 or less = physical cores. Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Mixin
    private BatchOptions batch = new BatchOptions();

    @Mixin
    private KvOptions kv = new KvOptions();

    @Mixin
    private KernelOptions kernels = new KernelOptions();

    @Mixin
    private ComputeOptions compute = new ComputeOptions();

    @Mixin
    private ScheduleOptions schedule = new ScheduleOptions();

    /** Tokens of context; 0 = the model's. */
    public int contextTokens() {
        if (contextTokens < 0) {
            throw new UsageException("-c " + contextTokens + " is out of range; 0 stands for the model's own context");
        }
        return checked(contextTokens);
    }

    /**
     * A number of tokens of context as {@code -c} names it.
     *
     * @throws UsageException when it is beyond any model
     */
    public static int checked(int tokens) {
        if (tokens > MAX_CONTEXT_TOKENS) {
            throw new UsageException(
                    "-c " + tokens + " is beyond any model; at most " + MAX_CONTEXT_TOKENS + " tokens are" + " taken");
        }
        return tokens;
    }

    /**
     * Options to open a model with.
     *
     * @param model GGUF file, or empty for the embedded model
     */
    public EngineOptions engineOptions(Optional<Path> model) {
        EngineOptions options = engineOptions(model, threads, compute).withContextTokens(contextTokens());
        return schedule.applyTo(kernels.applyTo(kv.applyTo(batch.applyTo(options))));
    }

    /**
     * Options to open a model with, from the parts.
     *
     * @param threads CPU threads; 0 or less = physical cores
     */
    public static EngineOptions engineOptions(Optional<Path> model, int threads, ComputeOptions compute) {
        if (threads > MAX_THREADS) {
            throw new UsageException("-t " + threads + " is too many threads; at most " + MAX_THREADS + " are taken");
        }
        compute.prepare();
        return model.map(EngineOptions::of)
                .orElseGet(EngineOptions::embedded)
                .withThreads(Math.max(0, threads))
                .withRepack(compute.repack())
                .withMapped(compute.mapped())
                .withLocked(compute.locked())
                .withOffload(compute.offload());
    }
}
