package io.jgemma.engine;

import io.jgemma.engine.nn.InputRows;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** Generations that were asked for by {@link Engine#submit}: each has a session and a virtual thread of its own. */
final class Submissions implements AutoCloseable {

    private final Engine engine;
    private final Set<Job> jobs = new HashSet<>();
    private boolean closed;

    Submissions(Engine engine) {
        this.engine = engine;
    }

    private static final class Job {
        private final Session session;
        private final EventLog log = new EventLog();
        private final CompletableFuture<GenerationResult> result = new CompletableFuture<>();
        private final AtomicBoolean cancelled = new AtomicBoolean();

        Job(Session session) {
            this.session = session;
        }
    }

    GenerationHandle submit(GenerationRequest request) {
        InputRows prompt = engine.text().input(request.prompt());
        if (prompt.rows() >= engine.contextTokens()) {
            throw new ContextExceededException(prompt.rows(), engine.contextTokens());
        }
        Job job = new Job(engine.newSession());
        synchronized (jobs) {
            if (closed) {
                job.session.close();
                throw new EngineClosedException("engine");
            }
            jobs.add(job);
        }
        Thread.ofVirtual().name("jgemma-generation").start(() -> run(job, request, prompt));
        return new GenerationHandle(job.log, job.result, () -> job.cancelled.set(true));
    }

    private void run(Job job, GenerationRequest request, InputRows prompt) {
        try (job.session) {
            GenerationResult result = job.session.generate(request, prompt, job.log::add, job.cancelled::get);
            job.log.end(null);
            job.result.complete(result);
        } catch (Throwable e) {
            job.log.end(e);
            job.result.completeExceptionally(e);
        } finally {
            synchronized (jobs) {
                jobs.remove(job);
                jobs.notifyAll();
            }
        }
    }

    int running() {
        synchronized (jobs) {
            return jobs.size();
        }
    }

    /** Cancels all and waits until they have ended. */
    @Override
    public void close() {
        boolean interrupted = false;
        synchronized (jobs) {
            closed = true;
            jobs.forEach(job -> job.cancelled.set(true));
            while (!jobs.isEmpty()) {
                try {
                    jobs.wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
