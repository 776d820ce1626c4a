package io.jgemma.cli.io;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * One line on standard error that says how far something is. It appears when the thing has taken a second, whether there is
 * news by then or not, and only on a terminal. Closing it leaves no trace. Safe for use by several threads.
 */
public final class ProgressBar implements AutoCloseable {
    private static final long PATIENCE_NANOS = 1_000_000_000L;
    private static final long REDRAW_NANOS = 100_000_000L;
    private static final int CELLS = 30;
    private static final String ERASE_LINE = "\r\u001b[K";

    private final PrintStream err;
    private final boolean visible;
    private final LongSupplier clock;
    private final long startNanos;
    private long drawnNanos;
    private String label;
    private String detail = "";
    private boolean drawn;
    private boolean closed;
    private long done;
    private long total;

    ProgressBar(String label, PrintStream err, boolean visible, LongSupplier clock) {
        this.label = label;
        this.err = err;
        this.visible = visible;
        this.clock = clock;
        this.startNanos = clock.getAsLong();
        this.drawnNanos = startNanos;
    }

    /**
     * A bar that waits its second from now.
     *
     * @param label what takes time, e.g. {@code "loading"}
     */
    public static ProgressBar of(String label, Console console) {
        ProgressBar bar = new ProgressBar(label, console.err(), console.errTerminal(), System::nanoTime);
        if (console.errTerminal()) {
            Thread.ofPlatform().daemon().name("progress").start(bar::appear);
        }
        return bar;
    }

    /** Waits the second and shows what is known then. */
    private void appear() {
        try {
            Thread.sleep(Duration.ofNanos(PATIENCE_NANOS));
            wake();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Shows what is known, if it is time. */
    synchronized void wake() {
        if (!drawn && total > 0) {
            update(done, total);
        }
    }

    /**
     * So much of the whole is done.
     *
     * @param newLabel what takes time now
     * @param newDetail what stands behind, e.g. a rate
     */
    public synchronized void update(String newLabel, long newDone, long newTotal, String newDetail) {
        label = newLabel;
        detail = newDetail;
        update(newDone, newTotal);
    }

    /** So much of the whole is done, in any unit. */
    public synchronized void update(long newDone, long newTotal) {
        done = newDone;
        total = newTotal;
        long now = clock.getAsLong();
        if (!visible
                || closed
                || total <= 0
                || now - startNanos < PATIENCE_NANOS
                || (drawn && now - drawnNanos < REDRAW_NANOS)) {
            return;
        }
        drawn = true;
        drawnNanos = now;
        err.print(ERASE_LINE + line());
        err.flush();
    }

    private String line() {
        double part = Math.clamp((double) done / total, 0.0, 1.0);
        int filled = (int) Math.round(part * CELLS);
        return String.format(
                        Locale.ROOT,
                        "%s [%s%s] %3.0f%% %s",
                        label,
                        "#".repeat(filled),
                        ".".repeat(CELLS - filled),
                        100 * part,
                        detail)
                .stripTrailing();
    }

    /** Removes the line, if it was ever there. */
    @Override
    public synchronized void close() {
        closed = true;
        if (drawn) {
            drawn = false;
            err.print(ERASE_LINE);
            err.flush();
        }
    }
}
