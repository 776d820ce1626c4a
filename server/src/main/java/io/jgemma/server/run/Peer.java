package io.jgemma.server.run;

/** Whoever waits for an answer. */
public interface Peer {

    /** Calls {@code gone} once, from any thread, as soon as nobody listens any more. */
    void watch(Runnable gone);

    /** Whether nobody listens any more. */
    boolean isGone();
}
