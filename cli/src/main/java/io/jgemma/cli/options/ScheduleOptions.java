package io.jgemma.cli.options;

import io.jgemma.cli.io.UsageException;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.generation.Speculation;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How several conversations share the processor and the memory, and how tokens are guessed. */
public final class ScheduleOptions {

    /** Names of {@link Speculation}. */
    public enum Guesses {
        /** None. */
        NONE,
        /** What followed the last tokens where they came before. */
        NGRAM;

        /** As an option's value. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(
            names = "--kv-memory",
            paramLabel = "SIZE",
            converter = ByteSizeConverter.class,
            description =
                    "Memory that K and V of all conversations may take, e.g. 4G. Default: what the weights leave.")
    private @Nullable Long kvMemoryBytes;

    @Option(
            names = "--prefix-memory",
            paramLabel = "SIZE",
            converter = ByteSizeConverter.class,
            defaultValue = "8G",
            description = "Of that, what may be kept of earlier prompts for those to come; 0 = nothing. Default:"
                    + " ${DEFAULT-VALUE}.")
    private long prefixMemoryBytes = 8L << 30;

    @Option(
            names = "--step-ms",
            paramLabel = "N",
            defaultValue = "100",
            description = "How long reading a prompt may hold up other answers at a time. Default: ${DEFAULT-VALUE}.")
    private int stepMillis = 100;

    @Option(
            names = "--spec",
            paramLabel = "none|ngram",
            defaultValue = "none",
            description = "Guess tokens, so that several are computed at once; the text stays the same. Default:"
                    + " ${DEFAULT-VALUE}.")
    private Guesses guesses = Guesses.NONE;

    /** {@code options} with all of it. */
    public EngineOptions applyTo(EngineOptions options) {
        if (stepMillis < 1) {
            throw new UsageException("--step-ms " + stepMillis + " is not a time; give 1 or more");
        }
        EngineOptions.Builder builder = options.toBuilder()
                .stepMillis(stepMillis)
                .prefixMemoryBytes(prefixMemoryBytes)
                .speculation(guesses == Guesses.NGRAM ? Speculation.NGRAM : Speculation.NONE);
        if (kvMemoryBytes != null) {
            builder.kvMemoryBytes(kvMemoryBytes);
        }
        return builder.build();
    }
}
