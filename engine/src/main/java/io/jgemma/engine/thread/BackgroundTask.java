package io.jgemma.engine.thread;

import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Something that another thread computes meanwhile. Closing it waits until that thread has ended, so that nothing it reads is
 * closed under it.
 */
public final class BackgroundTask<T> implements AutoCloseable {

    private final FutureTask<T> task;
    private final Thread thread;

    private BackgroundTask(String name, Supplier<T> supplier) {
        task = new FutureTask<>(supplier::get);
        thread = Thread.ofPlatform().daemon().name(name).start(task);
    }

    /**
     * Starts to compute.
     *
     * @param name name of the thread
     */
    public static <T> BackgroundTask<T> start(String name, Supplier<T> supplier) {
        return new BackgroundTask<>(name, supplier);
    }

    /** Waits for the result, or throws what the computation has thrown. An interrupt does not end the wait, but is kept. */
    public T result() {
        close();
        if (task.state() == Future.State.SUCCESS) {
            return task.resultNow();
        }
        switch (task.exceptionNow()) {
            case RuntimeException failure -> throw failure;
            case Error failure -> throw failure;
            case Throwable failure -> throw new IllegalStateException(failure);
        }
    }

    @Override
    public void close() {
        Threads.awaitEnd(thread);
    }
}
