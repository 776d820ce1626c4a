package io.jgemma.cli.serve;

import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.Sizes;
import io.jgemma.engine.EngineStatus;
import io.jgemma.engine.MemoryUse;
import io.jgemma.server.Server;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * What the server does, on one line that is written anew every second where a person watches standard error; elsewhere only
 * the log is written. Lines of the log go above it.
 */
final class StatusLine implements AutoCloseable {
    private static final String ERASE = "\r\033[K";
    private static final long MILLIS = 1000;

    private final PrintStream out;
    private final boolean shown;
    private String line = "";
    private Thread thread = Thread.currentThread();
    private long lastTokens;
    private boolean closed;

    StatusLine(Console console) {
        out = console.err();
        shown = console.errTerminal();
    }

    /** Begins to show what a server does. */
    void watch(Server server) {
        if (shown) {
            thread = Thread.ofVirtual().name("status").start(() -> repeat(server));
        }
    }

    private void repeat(Server server) {
        try {
            while (true) {
                show(text(server));
                Thread.sleep(MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String text(Server server) {
        int running = 0;
        int waiting = 0;
        long tokens = 0;
        long bytes = 0;
        for (var entry : server.models().list()) {
            List<EngineStatus> status = entry.status().stream().toList();
            running += status.stream().mapToInt(EngineStatus::running).sum();
            waiting += status.stream().mapToInt(EngineStatus::waiting).sum();
            tokens += status.stream().mapToLong(EngineStatus::generatedTokens).sum();
            bytes += entry.memory().stream().mapToLong(StatusLine::sum).sum();
        }
        long speed = Math.max(0, tokens - lastTokens);
        lastTokens = tokens;
        return String.format(
                Locale.ROOT,
                "%d running, %d waiting, %d tokens/s, %s, %d connections",
                running,
                waiting,
                speed,
                Sizes.bytes(bytes),
                server.openConnections());
    }

    private static long sum(MemoryUse use) {
        return use.weightsBytes() + use.copiedBytes() + use.kvBytes() + use.bufferBytes();
    }

    private synchronized void show(String text) {
        if (closed) {
            return;
        }
        line = text;
        out.print(ERASE + line);
        out.flush();
    }

    /** Writes a line of the log. */
    synchronized void log(String text) {
        out.print((line.isEmpty() ? "" : ERASE) + text + "\n" + line);
        out.flush();
    }

    @Override
    public void close() {
        if (shown && thread != Thread.currentThread()) {
            thread.interrupt();
            synchronized (this) {
                closed = true;
                out.print(ERASE);
                out.flush();
                line = "";
            }
        }
    }
}
