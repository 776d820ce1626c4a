package io.jgemma.cli.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A program that answers tool calls: it reads the arguments as JSON from standard input and writes the result to standard
 * output. One run at a time; {@link #stop} may come from any thread.
 */
public final class ToolProgram {
    private static final int MAX_OUTPUT_BYTES = 1 << 20;
    private static final Duration DRAIN = Duration.ofSeconds(2);

    private final List<String> command;
    private final Duration limit;
    private final AtomicReference<@Nullable Process> running = new AtomicReference<>();

    /**
     * A program.
     *
     * @param command the program and its arguments
     * @param limit how long it may take
     */
    public ToolProgram(List<String> command, Duration limit) {
        if (command.isEmpty()) {
            throw new IllegalArgumentException("a command needs at least the program's name");
        }
        this.command = List.copyOf(command);
        this.limit = limit;
    }

    /** The program and its arguments. */
    public List<String> command() {
        return command;
    }

    /** How long it may take. */
    public Duration limit() {
        return limit;
    }

    /**
     * Runs the program.
     *
     * @param argumentsJson given to its standard input
     * @return what it wrote, without white space at the end
     * @throws ToolFailedException when it cannot start, takes too long, writes too much or ends with an error
     */
    public String run(String argumentsJson) {
        Process process;
        try {
            process = new ProcessBuilder(command).start();
        } catch (IOException e) {
            throw new ToolFailedException(
                    "the program '" + command.getFirst() + "' cannot be started: " + e.getMessage());
        }
        running.set(process);
        // Not closed, which would wait: what the program started may keep a pipe open for ever.
        ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().daemon().name("tool-", 0).factory());
        try {
            return talk(process, argumentsJson, threads);
        } finally {
            running.set(null);
            kill(process);
            threads.shutdownNow();
        }
    }

    /** Ends the run in progress, if there is one; it then fails. */
    public void stop() {
        Process process = running.get();
        if (process != null) {
            kill(process);
        }
    }

    private String talk(Process process, String argumentsJson, ExecutorService threads) {
        CompletableFuture<String> out = CompletableFuture.supplyAsync(() -> read(process.getInputStream()), threads);
        CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> read(process.getErrorStream()), threads);
        threads.execute(() -> write(process.getOutputStream(), argumentsJson));
        try {
            if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new ToolFailedException(
                        "'" + command.getFirst() + "' took longer than " + seconds(limit) + " seconds and was ended");
            }
            String output = out.get(DRAIN.toMillis(), TimeUnit.MILLISECONDS);
            if (process.exitValue() != 0) {
                String reason = err.get(DRAIN.toMillis(), TimeUnit.MILLISECONDS).strip();
                throw new ToolFailedException("'" + command.getFirst() + "' ended with code " + process.exitValue()
                        + (reason.isEmpty() ? "" : ": " + reason));
            }
            return output.stripTrailing();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ToolFailedException("'" + command.getFirst() + "' was interrupted");
        } catch (TimeoutException e) {
            throw new ToolFailedException(
                    "'" + command.getFirst() + "' ended, but something it started keeps its output open");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof ToolFailedException failure
                    ? failure
                    : new ToolFailedException("the output of '" + command.getFirst() + "' is lost: " + e.getMessage());
        }
    }

    private String read(InputStream stream) {
        try (stream) {
            byte[] bytes = stream.readNBytes(MAX_OUTPUT_BYTES + 1);
            if (bytes.length > MAX_OUTPUT_BYTES) {
                throw new ToolFailedException(
                        "'" + command.getFirst() + "' wrote more than " + MAX_OUTPUT_BYTES + " bytes");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ToolFailedException(
                    "the output of '" + command.getFirst() + "' cannot be read: " + e.getMessage());
        }
    }

    private static void write(OutputStream stream, String text) {
        try (stream) {
            stream.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // A program that ignores its input may end before it has taken all of it; that is its right.
            return;
        }
    }

    private static String seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString();
    }

    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
