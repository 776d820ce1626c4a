package io.jgemma.engine.gguf;

import io.jgemma.engine.memory.MappedFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Brings files into memory; what fails is told with the file's name and what to do. */
final class FileOpener {

    private interface Opening {
        MappedFile open(Path path) throws IOException;
    }

    private FileOpener() {}

    static MappedFile map(Path path) {
        return open(path, "cannot be mapped", MappedFile::map);
    }

    static MappedFile copy(Path path) {
        return open(path, "cannot be read", MappedFile::copy);
    }

    private static MappedFile open(Path path, String failed, Opening opening) {
        if (!Files.isRegularFile(path)) {
            String problem = Files.exists(path)
                    ? "not a regular file: name a .gguf file"
                    : "no such file: check the name, or download it";
            throw new GgufException(path.toString(), GgufException.NO_OFFSET, "file", problem);
        }
        try {
            return opening.open(path);
        } catch (AccessDeniedException e) {
            throw new GgufException(
                    path.toString(), GgufException.NO_OFFSET, "file", "reading is not permitted: change its mode", e);
        } catch (IOException e) {
            throw new GgufException(
                    path.toString(), GgufException.NO_OFFSET, "file", failed + " (" + reason(e) + ')' + advice(e), e);
        } catch (OutOfMemoryError e) {
            throw new GgufException(
                    path.toString(),
                    GgufException.NO_OFFSET,
                    "file",
                    failed + ": there is not enough memory for it; close other programs, or take a smaller model",
                    e);
        }
    }

    private static String reason(IOException failure) {
        if (failure instanceof FileSystemException named && named.getReason() != null) {
            return named.getReason();
        }
        String message = failure.getMessage();
        return message == null || message.isBlank() ? "the system gives no reason" : message;
    }

    /** Mapping fails without an exception of its own where a limit is reached. */
    private static String advice(IOException failure) {
        if (failure instanceof FileSystemException named
                && String.valueOf(named.getReason()).contains("Too many open files")) {
            return ": raise the limit of open files (ulimit -n)";
        }
        return failure.getCause() instanceof OutOfMemoryError
                ? ": raise the limit of address space (ulimit -v), or take a smaller model"
                : ": check the file system that holds it";
    }
}
