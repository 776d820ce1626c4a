package io.jgemma.engine.thread;

/** What is done with threads in several places. */
public final class Threads {

    private Threads() {}

    /** Waits until a thread has ended. An interrupt does not end the wait, but is kept. */
    public static void awaitEnd(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
