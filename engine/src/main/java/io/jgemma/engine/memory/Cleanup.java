package io.jgemma.engine.memory;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gives back what was taken: every step is tried, also after one that failed. */
public final class Cleanup {

    private final List<Runnable> steps = new ArrayList<>();

    /** Nothing to do yet. */
    public Cleanup() {}

    /** Adds a step, which runs before those added earlier. */
    public void add(Runnable step) {
        steps.add(step);
    }

    /** Adds the closing of something, and gives it back. */
    public <T extends AutoCloseable> T closing(T resource) {
        add(() -> close(resource));
        return resource;
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("cannot be closed: " + resource, e);
        }
    }

    /** Runs the steps, last first, once; then throws what the first to fail threw, with the others' failures suppressed in it. */
    public void run() {
        RuntimeException failure = attempt(null);
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Runs the steps because of a failure.
     *
     * @return the same failure, with those of the steps suppressed in it
     */
    public RuntimeException after(RuntimeException failure) {
        attempt(failure);
        return failure;
    }

    private @Nullable RuntimeException attempt(@Nullable RuntimeException before) {
        RuntimeException failure = before;
        List<Runnable> order = new ArrayList<>(steps);
        steps.clear();
        Collections.reverse(order);
        for (Runnable step : order) {
            try {
                step.run();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else if (failure != e) {
                    failure.addSuppressed(e);
                }
            }
        }
        return failure;
    }
}
