package io.jgemma.cli.io;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/** Turns exceptions into one line for people. */
public final class Failures {
    private Failures() {}

    /** What went wrong, without a line end. */
    public static String line(Throwable failure) {
        return message(failure).strip().replaceAll("\\s*\\R\\s*", "; ");
    }

    private static String message(Throwable failure) {
        return switch (failure) {
            case NoSuchFileException e -> "there is no file '" + e.getFile() + "'";
            case AccessDeniedException e -> "'" + e.getFile() + "' may not be opened: permission denied";
            case FileAlreadyExistsException e -> "'" + e.getFile() + "' is there already";
            case FileSystemException e -> String.valueOf(e.getMessage());
            case FileNotFoundException e -> String.valueOf(e.getMessage());
            case UncheckedIOException e when e.getCause() instanceof FileSystemException cause -> message(cause);
            case UncheckedIOException e -> orName(e.getMessage(), e);
            case IOException e -> "reading or writing failed: " + orName(e.getMessage(), e);
            case OutOfMemoryError e ->
                "out of memory (" + e.getMessage() + "): ask for less context with -c or -ub, or give Java more with"
                        + " JGEMMA_JAVA_OPTS=-Xmx2g";
            default -> orName(failure.getMessage(), failure);
        };
    }

    private static String orName(@Nullable String message, Throwable failure) {
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
    }
}
