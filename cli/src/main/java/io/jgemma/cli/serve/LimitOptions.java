package io.jgemma.cli.serve;

import io.jgemma.cli.io.UsageException;
import io.jgemma.cli.options.ByteSizeConverter;
import io.jgemma.cli.options.SizeConverter;
import io.jgemma.engine.EngineOptions;
import io.jgemma.server.ServerOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What requests may ask for. */
public final class LimitOptions {

    @Option(
            names = "--max-queue",
            paramLabel = "N",
            defaultValue = "128",
            description =
                    "Requests worked on or waiting; further ones are turned away with 503. Default: ${DEFAULT-VALUE}.")
    private int maxQueue;

    @Option(
            names = "--max-requests-per-key",
            paramLabel = "N",
            description = "Of those, with the same API key; further ones are turned away with 429. Default: all.")
    private @Nullable Integer maxPerKey;

    @Option(
            names = {"-np", "--parallel"},
            paramLabel = "N",
            description = "Answers of a model computed at the same time; further ones wait. Each has the whole context"
                    + " of -c. Default: as many as memory holds.")
    private @Nullable Integer parallel;

    @Option(
            names = "--max-prompt-tokens",
            paramLabel = "N",
            converter = SizeConverter.class,
            description = "Tokens of a prompt. Default: what the context holds.")
    private @Nullable Integer maxPromptTokens;

    @Option(
            names = {"-n", "--predict", "--n-predict", "--max-answer-tokens"},
            paramLabel = "N",
            converter = SizeConverter.class,
            description = "Tokens of an answer. Default: what the context holds.")
    private @Nullable Integer maxAnswerTokens;

    @Option(
            names = "--request-timeout",
            paramLabel = "SECONDS",
            description = "Time for an answer, waiting included; then it ends with 408. Default: as long as it takes.")
    private @Nullable Integer requestTimeout;

    @Option(
            names = "--max-body",
            paramLabel = "BYTES",
            converter = ByteSizeConverter.class,
            defaultValue = "128M",
            description = "Largest body of a request. Default: ${DEFAULT-VALUE}.")
    private long maxBody;

    @Option(
            names = "--sse-ping-interval",
            paramLabel = "SECONDS",
            defaultValue = "15",
            description =
                    "A stream without events gets a comment so often; 0 or less = never. Default: ${DEFAULT-VALUE}.")
    private int pingSeconds;

    @Option(
            names = "--shutdown-timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description =
                    "How long answers in progress may go on once the server is to stop. Default: ${DEFAULT-VALUE}.")
    private int shutdownSeconds;

    /** What of it is the engine's to keep. */
    EngineOptions applyTo(EngineOptions options) {
        return parallel == null
                ? options
                : options.toBuilder()
                        .maxRunning(positive("--parallel", parallel))
                        .build();
    }

    /** Adds what is the server's to keep. */
    void applyTo(ServerOptions.Builder options) {
        options.maxRequests(
                        positive("--max-queue", maxQueue),
                        maxPerKey == null ? maxQueue : positive("--max-requests-per-key", maxPerKey))
                .maxBodyBytes(maxBody)
                .pingInterval(Duration.ofSeconds(Math.max(0, pingSeconds)))
                .shutdownTimeout(Duration.ofSeconds(Math.max(0, shutdownSeconds)));
        if (maxPromptTokens != null) {
            options.maxPromptTokens(positive("--max-prompt-tokens", maxPromptTokens));
        }
        if (maxAnswerTokens != null && maxAnswerTokens >= 0) {
            options.maxAnswerTokens(maxAnswerTokens);
        }
        if (requestTimeout != null) {
            options.requestTimeout(Duration.ofSeconds(positive("--request-timeout", requestTimeout)));
        }
    }

    private static int positive(String name, int value) {
        if (value <= 0) {
            throw new UsageException(name + " " + value + " is out of range; expected 1 or more");
        }
        return value;
    }
}
