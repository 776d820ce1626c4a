package io.jgemma.engine.answer;

import io.jgemma.engine.generation.EventReader;
import io.jgemma.engine.generation.GenerationEvent;
import java.time.Duration;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Reads the log of a generation. */
final class LogReader implements EventReader {

    private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    private final EventLog log;
    private int read;
    private @Nullable GenerationEvent next;
    private boolean ended;

    LogReader(EventLog log) {
        this.log = log;
    }

    @Override
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
