package io.jgemma.cli.serve;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;

/** A log in a file. Where it cannot be written, e.g. on a full disk, that is said once, and the server goes on. */
final class LogFile implements Consumer<String>, AutoCloseable {
    private final Path file;
    private final BufferedWriter writer;
    private final Consumer<String> failed;
    private boolean told;

    /**
     * Opens a log, which goes on where it ended.
     *
     * @param failed told when a line cannot be written
     */
    LogFile(Path file, Consumer<String> failed) {
        this.file = file;
        this.failed = failed;
        try {
            writer = Files.newBufferedWriter(
                    file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void accept(String line) {
        try {
            writer.write(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + line + "\n");
            writer.flush();
            told = false;
        } catch (IOException e) {
            if (!told) {
                told = true;
                failed.accept("the log '" + file + "' cannot be written: " + e.getMessage());
            }
        }
    }

    @Override
    public synchronized void close() {
        try {
            writer.close();
        } catch (IOException e) {
            failed.accept("the log '" + file + "' cannot be written: " + e.getMessage());
        }
    }
}
