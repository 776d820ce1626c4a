package io.jgemma.server.http;

import io.helidon.webserver.ConnectionContext;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The open connections of a server. */
final class Connections implements AutoCloseable {
    /** The connection whose request this thread handles. */
    static final ScopedValue<PeerConnection> CURRENT = ScopedValue.newInstance();

    private static final Duration SWEEP = Duration.ofMillis(500);

    private final Set<PeerConnection> open = ConcurrentHashMap.newKeySet();
    private final Timeouts timeouts;
    private final Thread sweeper;

    /**
     * How long things on a connection may take.
     *
     * @param read until the next bytes of a request, or the next request
     * @param request until a request has arrived in full
     * @param write until the client takes what was written
     */
    record Timeouts(Duration read, Duration request, Duration write) {}

    Connections(Timeouts timeouts) {
        this.timeouts = timeouts;
        sweeper = Thread.ofVirtual().name("connections").start(this::sweep);
    }

    PeerConnection open(ConnectionContext context) {
        PeerConnection peer = new PeerConnection(context, timeouts.read(), timeouts.request());
        open.add(peer);
        return peer;
    }

    void closed(PeerConnection peer) {
        open.remove(peer);
    }

    int count() {
        return open.size();
    }

    private void sweep() {
        try {
            while (true) {
                Thread.sleep(SWEEP);
                open.forEach(peer -> peer.closeIfStalled(timeouts.write()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        sweeper.interrupt();
    }
}
