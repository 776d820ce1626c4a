package io.jgemma.cli.serve;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where the server's log goes: a file, or standard error. */
final class Log implements Consumer<String>, AutoCloseable {
    private final Consumer<String> to;
    private final @Nullable LogFile file;

    private Log(Consumer<String> to, @Nullable LogFile file) {
        this.to = to;
        this.file = file;
    }

    static Log open(@Nullable Path path, StatusLine status) {
        if (path == null) {
            return new Log(status::log, null);
        }
        LogFile file = new LogFile(path, status::log);
        return new Log(file, file);
    }

    @Override
    public void accept(String line) {
        to.accept(line);
    }

    @Override
    public void close() {
        if (file != null) {
            file.close();
        }
    }
}
