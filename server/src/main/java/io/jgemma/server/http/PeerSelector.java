package io.jgemma.server.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/** Puts a {@link PeerConnection} between each socket and the library's HTTP connection. */
final class PeerSelector implements ServerConnectionSelector {
    private final ServerConnectionSelector http;
    private final Connections connections;

    PeerSelector(ServerConnectionSelector http, Connections connections) {
        this.http = http;
        this.connections = connections;
    }

    @Override
    public int bytesToIdentifyConnection() {
        return http.bytesToIdentifyConnection();
    }

    @Override
    public Support supports(BufferData data) {
        return http.supports(data);
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return http.supportedApplicationProtocols();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        PeerConnection peer = connections.open(context);
        return new Watched(http.connection(new Context(context, peer)), peer, connections);
    }

    /** Handles all requests of a connection, with the connection at hand. */
    private record Watched(ServerConnection http, PeerConnection peer, Connections connections)
            implements ServerConnection, InterruptableTask<Void> {
        @Override
        public void handle(Limit limit) throws InterruptedException {
            try {
                ScopedValue.where(Connections.CURRENT, peer).<Object, InterruptedException>call(() -> {
                    http.handle(limit);
                    return this;
                });
            } finally {
                connections.closed(peer);
            }
        }

        @Override
        public Duration idleTime() {
            return http.idleTime();
        }

        @Override
        public void close(boolean interrupt) {
            http.close(interrupt);
        }

        @Override
        public boolean canInterrupt() {
            return http instanceof InterruptableTask<?> task && task.canInterrupt();
        }
    }

    /** The library's view of a connection, with our reader and writer. */
    private static final class Context implements ConnectionContext {
        private final ConnectionContext context;
        private final DataReader reader;
        private final DataWriter writer;

        Context(ConnectionContext context, PeerConnection peer) {
            this.context = context;
            Supplier<byte[]> bytes = peer;
            reader = DataReader.create(bytes);
            writer = new TimedWriter(context.dataWriter(), peer);
        }

        @Override
        public ListenerContext listenerContext() {
            return context.listenerContext();
        }

        @Override
        public ExecutorService executor() {
            return context.executor();
        }

        @Override
        public DataWriter dataWriter() {
            return writer;
        }

        @Override
        public DataReader dataReader() {
            return reader;
        }

        @Override
        public Router router() {
            return context.router();
        }

        @Override
        public Optional<ProxyProtocolData> proxyProtocolData() {
            return context.proxyProtocolData();
        }

        @Override
        public HelidonSocket serverSocket() {
            return context.serverSocket();
        }

        @Override
        public PeerInfo remotePeer() {
            return context.remotePeer();
        }

        @Override
        public PeerInfo localPeer() {
            return context.localPeer();
        }

        @Override
        public boolean isSecure() {
            return context.isSecure();
        }

        @Override
        public String socketId() {
            return context.socketId();
        }

        @Override
        public String childSocketId() {
            return context.childSocketId();
        }
    }

    /** Tells the connection when a write begins, ends and fails. */
    private record TimedWriter(DataWriter writer, PeerConnection peer) implements DataWriter {
        @Override
        public void write(BufferData... buffers) {
            timed(() -> writer.write(buffers));
        }

        @Override
        public void write(BufferData buffer) {
            timed(() -> writer.write(buffer));
        }

        @Override
        public void writeNow(BufferData... buffers) {
            timed(() -> writer.writeNow(buffers));
        }

        @Override
        public void writeNow(BufferData buffer) {
            timed(() -> writer.writeNow(buffer));
        }

        @Override
        public void flush() {
            timed(writer::flush);
        }

        @Override
        public void close() {
            writer.close();
        }

        private void timed(Runnable write) {
            peer.writing(true);
            try {
                write.run();
            } catch (RuntimeException e) {
                peer.writeFailed();
                throw e;
            } finally {
                peer.writing(false);
            }
        }
    }
}
