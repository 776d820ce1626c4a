package io.jgemma.engine.answer;

import io.jgemma.engine.generation.GenerationEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What happened in one generation, in order, for any number of readers. Writing never waits for a reader: who is slow or
 * never comes costs memory (a few dozen bytes a token), not time.
 */
final class EventLog {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<GenerationEvent> events = new ArrayList<>();
    private boolean ended;
    private @Nullable Throwable failure;

    /** What stands at a place of the log. */
    sealed interface Entry {
        /** An event. */
        record Event(GenerationEvent event) implements Entry {}

        /** The generation has ended; with {@code failure} if it failed. */
        record End(@Nullable Throwable failure) implements Entry {}

        /** Nothing yet. */
        record Nothing() implements Entry {}
    }

    /** Appends an event; readers are woken by {@link #publish}. */
    void add(GenerationEvent event) {
        lock.lock();
        try {
            events.add(event);
        } finally {
            lock.unlock();
        }
    }

    /** Wakes those who wait for what was added. */
    void publish() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing follows. */
    void end(@Nullable Throwable why) {
        lock.lock();
        try {
            if (!ended) {
                ended = true;
                failure = why;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the entry at {@code index}; {@link Entry.Nothing} when it has not come in time. */
    Entry await(int index, Duration timeout) throws InterruptedException {
        long nanos = saturated(timeout);
        lock.lockInterruptibly();
        try {
            while (events.size() <= index && !ended && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            if (events.size() > index) {
                return new Entry.Event(events.get(index));
            }
            return ended ? new Entry.End(failure) : new Entry.Nothing();
        } finally {
            lock.unlock();
        }
    }

    private static long saturated(Duration timeout) {
        return TimeUnit.NANOSECONDS.convert(timeout);
    }
}
