package io.jgemma.engine.answer;

import io.jgemma.engine.generation.EventReader;
import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.generation.GenerationResult;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/** Waits for what the scheduler computes. An interrupt of the waiting thread ends the work, not the waiting. */
public final class Waiting {

    private static final Duration LONG = Duration.ofHours(1);

    private Waiting() {}

    /** Shows the events of a generation until it has ended. */
    public static GenerationResult follow(
            Generation generation, Consumer<? super GenerationEvent> listener, Runnable wake) {
        EventReader reader = new LogReader(generation.log());
        Runnable cancel = () -> {
            generation.cancel();
            wake.run();
        };
        boolean interrupted = false;
        boolean shown = false;
        try {
            while (true) {
                try {
                    if (reader.await(LONG)) {
                        if (!reader.hasNext()) {
                            break;
                        }
                        listener.accept(reader.next());
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                    cancel.run();
                }
            }
            shown = true;
        } finally {
            if (!shown) {
                cancel.run();
                settle(generation.result());
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return uninterruptibly(generation.result(), cancel);
    }

    /** Waits until something has ended, however. */
    private static void settle(CompletableFuture<?> result) {
        try {
            uninterruptibly(result, () -> {});
        } catch (RuntimeException | Error e) {
            // It is being thrown already, or something of more interest is.
            System.getLogger(Waiting.class.getName()).log(System.Logger.Level.DEBUG, "a generation failed", e);
        }
    }

    /**
     * Waits for a result.
     *
     * @param cancel run when this thread is interrupted, which it is again when this returns
     */
    public static <T> T uninterruptibly(CompletableFuture<T> result, Runnable cancel) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return result.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                    cancel.run();
                } catch (ExecutionException e) {
                    Failures.rethrow(e.getCause());
                    throw new IllegalStateException(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
