package io.jgemma.engine;

import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the events of one generation from the first on, and waits for those to come. For one thread; a generation may have
 * several readers, each of which sees all events.
 */
public final class EventReader implements Iterator<GenerationEvent> {

    private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    private final EventLog log;
    private int read;
    private @Nullable GenerationEvent next;
    private boolean ended;

    EventReader(EventLog log) {
        this.log = log;
    }

    /**
     * Waits until the next event or the end is there: then {@link #hasNext} tells at once which.
     *
     * @return false when neither came within {@code timeout}, as for a server that must send something then
     * @throws InterruptedException when this thread is interrupted; the generation goes on
     * @throws RuntimeException that which the generation failed with, after its last event
     */
    public boolean await(Duration timeout) throws InterruptedException {
        if (next != null || ended) {
            return true;
        }
        return switch (log.await(read, timeout)) {
            case EventLog.Entry.Event(GenerationEvent event) -> {
                next = event;
                read++;
                yield true;
            }
            case EventLog.Entry.End(Throwable failure) -> {
                ended = true;
                Failures.rethrow(failure);
                yield true;
            }
            case EventLog.Entry.Nothing() -> false;
        };
    }

    /**
     * Waits for the next event and says whether there is one.
     *
     * @throws java.util.concurrent.CancellationException when this thread is interrupted, which stays interrupted
     * @throws RuntimeException that which the generation failed with, after its last event
     */
    @Override
    public boolean hasNext() {
        try {
            while (!await(FOREVER)) {
                // Centuries have passed.
            }
        } catch (InterruptedException e) {
            throw Failures.interrupted(e);
        }
        return next != null;
    }

    @Override
    public GenerationEvent next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException("the generation has ended");
        }
        GenerationEvent event = next;
        next = null;
        return event;
    }
}
