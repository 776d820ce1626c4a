package io.jgemma.engine.thread;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What another thread computes meanwhile. */
class BackgroundTaskTest {

    @Test
    void givesTheResult() {
        assertThat(BackgroundTask.start("name", () -> Thread.currentThread().getName())
                        .result())
                .isEqualTo("name");
    }

    @Test
    void throwsWhatTheTaskThrew() {
        IllegalStateException failure = new IllegalStateException("broken");
        BackgroundTask<Object> task = BackgroundTask.start("test", () -> {
            throw failure;
        });
        assertThatThrownBy(task::result).isSameAs(failure);
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
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ended.get()).isTrue();
        assertThat(task.result()).isTrue();
        assertThat(Thread.interrupted()).isFalse();
    }
}
