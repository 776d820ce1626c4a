package io.jgemma.engine.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What another thread computes meanwhile. */
class BackgroundTaskTest {

    @Test
    void givesTheResult() {
        assertEquals(
                "name",
                BackgroundTask.start("name", () -> Thread.currentThread().getName())
                        .result());
    }

    @Test
    void throwsWhatTheTaskThrew() {
        IllegalStateException failure = new IllegalStateException("broken");
        BackgroundTask<Object> task = BackgroundTask.start("test", () -> {
            throw failure;
        });
        assertSame(failure, assertThrows(IllegalStateException.class, task::result));
    }

    @Test
    void closingWaitsForTheEndAlsoWhenInterrupted() {
        CountDownLatch released = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        BackgroundTask<Boolean> task = BackgroundTask.start("test", () -> {
            try {
                released.await();
            } catch (InterruptedException e) {
                return false;
            }
            ended.set(true);
            return true;
        });
        Thread.currentThread().interrupt();
        released.countDown();
        task.close();
        assertTrue(Thread.interrupted());
        assertTrue(ended.get());
        assertTrue(task.result());
        assertFalse(Thread.interrupted());
    }
}
