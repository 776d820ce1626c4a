package io.jgemma.cli.options;

import io.jgemma.cli.io.UsageException;
import io.jgemma.engine.EngineOptions;
import picocli.CommandLine.Option;

/** How a prompt is cut. */
public final class BatchOptions {

    @Option(
            names = {"-b", "--batch-size"},
            paramLabel = "N",
            defaultValue = "2048",
            converter = SizeConverter.class,
            description = "Prompt tokens fed at a time, e.g. 16K. Default: ${DEFAULT-VALUE}.")
    private int batch = 2048;

    @Option(
            names = {"-ub", "--ubatch-size"},
            paramLabel = "N",
            defaultValue = "512",
            converter = SizeConverter.class,
            description = "Rows computed together; working buffers grow with it. Default: ${DEFAULT-VALUE}.")
    private int microBatch = 512;

    /** {@code options} with both. */
    public EngineOptions applyTo(EngineOptions options) {
        return options.withBatchTokens(batchTokens(), microBatchTokens());
    }

    /** Prompt tokens fed at a time. */
    public int batchTokens() {
        return positive(batch, "-b");
    }

    /** Rows computed together, at most a batch. */
    public int microBatchTokens() {
        return Math.min(positive(microBatch, "-ub"), batchTokens());
    }

    private static int positive(int value, String option) {
        if (value <= 0) {
            throw new UsageException(option + " " + value + " is out of range; at least 1 token is needed");
        }
        return value;
    }
}
