package io.jgemma.cli.io;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Standard output: UTF-8 whatever the locale, and a write that fails is not passed over as a {@link java.io.PrintStream}
 * does. Not thread-safe.
 */
public final class Out {
    private final Writer writer;

    public Out(OutputStream stream) {
        this.writer = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
    }

    /**
     * Writes text as it is; {@link #flush} makes it visible.
     *
     * @throws ClosedOutputException when nobody reads any more
     * @throws UncheckedIOException when writing fails otherwise, e.g. on a full disk
     */
    public Out print(String text) {
        try {
            writer.write(text);
        } catch (IOException e) {
            throw failure(e);
        }
        return this;
    }

    /** Writes text and a line end. */
    public Out println(String text) {
        return print(text).print("\n");
    }

    /** Makes everything visible. Errors as {@link #print}. */
    public void flush() {
        try {
            writer.flush();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** The same stream for libraries that want a {@link PrintWriter}; it passes over failures, {@link #flush} does not. */
    public PrintWriter printWriter() {
        return new PrintWriter(writer);
    }

    private static RuntimeException failure(IOException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        boolean closed = message.contains("broken pipe")
                || message.contains("pipe closed")
                || message.contains("pipe is being closed")
                || message.contains("pipe has been ended")
                || message.contains("stream closed");
        return closed
                ? new ClosedOutputException(e)
                : new UncheckedIOException("standard output: " + e.getMessage(), e);
    }
}
