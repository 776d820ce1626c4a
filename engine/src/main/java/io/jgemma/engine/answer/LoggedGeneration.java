package io.jgemma.engine.answer;

import io.jgemma.engine.generation.EventReader;
import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.generation.GenerationHandle;
import io.jgemma.engine.generation.GenerationResult;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;

/** A generation whose events are read from its log. */
final class LoggedGeneration implements GenerationHandle {

    private final EventLog log;
    private final CompletableFuture<GenerationResult> result;
    private final Runnable cancel;

    LoggedGeneration(EventLog log, CompletableFuture<GenerationResult> result, Runnable cancel) {
        this.log = log;
        this.result = result;
        this.cancel = cancel;
    }

    @Override
    public Flow.Publisher<GenerationEvent> events() {
        return new EventPublisher(log);
    }

    @Override
    public EventReader reader() {
        return new LogReader(log);
    }

    @Override
    public CompletableFuture<GenerationResult> result() {
        return result.thenApplyAsync(value -> value, work -> Thread.ofVirtual().start(work));
    }

    @Override
    public GenerationResult join() {
        try {
            return result.get();
        } catch (InterruptedException e) {
            cancel();
            throw Failures.interrupted(e);
        } catch (ExecutionException e) {
            Failures.rethrow(e.getCause());
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void cancel() {
        cancel.run();
    }

    @Override
    public boolean isDone() {
        return result.isDone();
    }

    @Override
    public void close() {
        cancel();
    }
}
