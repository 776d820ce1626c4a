package io.jgemma.server.http;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ServerConnectionException;
import io.jgemma.server.run.Peer;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection, which is read ahead while an answer is generated: a client that gives up closes its connection, and
 * only a read tells. What is read ahead, the next request of a client that does not wait, is handed to the connection's
 * thread when that reads. A connection that the client has closed in its direction only counts as closed.
 *
 * <p>It also bounds how long a request may take to arrive and knows since when a write has been going on.
 */
final class PeerConnection implements Peer, Supplier<byte[]> {
    private final HelidonSocket socket;
    private final Duration readTimeout;
    private final long requestNanos;
    private byte[] buffered;
    private @Nullable CompletableFuture<byte @Nullable []> ahead;
    private volatile boolean gone;
    private volatile @Nullable Runnable whenGone;
    private volatile long readingSince;
    private volatile long writingSince;
    private long requestSince;

    /**
     * A connection.
     *
     * @param context what has been read to find out its protocol is read again from the new reader
     * @param readTimeout how long to wait for the next bytes
     * @param requestTimeout how long a request may take to arrive
     */
    PeerConnection(ConnectionContext context, Duration readTimeout, Duration requestTimeout) {
        this.readTimeout = readTimeout;
        requestNanos = requestTimeout.toNanos();
        socket = context.serverSocket();
        DataReader first = context.dataReader();
        buffered = first.available() > 0 ? first.readBytes(first.available()) : new byte[0];
    }

    /** Bytes for the connection's thread; null at the end, as the library's readers have it. */
    @Override
    @SuppressWarnings("NullAway")
    public byte[] get() {
        if (requestSince != 0 && System.nanoTime() - requestSince > requestNanos) {
            throw new CloseConnectionException("the request took too long to arrive");
        }
        byte[] bytes = next();
        if (requestSince == 0) {
            requestSince = System.nanoTime();
        }
        return bytes;
    }

    private byte @Nullable [] next() {
        if (buffered.length > 0) {
            byte[] bytes = buffered;
            buffered = new byte[0];
            return bytes;
        }
        CompletableFuture<byte @Nullable []> reading = ahead;
        if (reading == null) {
            return readOrClose();
        }
        ahead = null;
        return await(reading);
    }

    /** A request has arrived in full; time for the next one begins with its first bytes. */
    void requestArrived() {
        requestSince = 0;
    }

    private byte @Nullable [] readOrClose() {
        readingSince = System.nanoTime();
        try {
            return socket.get();
        } catch (UncheckedIOException e) {
            throw new ServerConnectionException("the connection cannot be read", e);
        } finally {
            readingSince = 0;
        }
    }

    private byte @Nullable [] await(CompletableFuture<byte @Nullable []> reading) {
        try {
            return reading.get(readTimeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CloseConnectionException("the server closes the connection", e);
        } catch (TimeoutException e) {
            throw new CloseConnectionException("the connection was idle", e);
        } catch (ExecutionException e) {
            throw new ServerConnectionException("the connection cannot be read", e.getCause());
        }
    }

    @Override
    public void watch(Runnable action) {
        whenGone = action;
        if (ahead == null && buffered.length == 0) {
            CompletableFuture<byte @Nullable []> reading = new CompletableFuture<>();
            ahead = reading;
            Thread.ofVirtual().name("watch").start(() -> readAhead(reading));
        }
        if (gone) {
            action.run();
        }
    }

    /** The request is answered: nobody is to be told any more. */
    void unwatch() {
        whenGone = null;
    }

    private void readAhead(CompletableFuture<byte @Nullable []> reading) {
        while (true) {
            try {
                byte[] bytes = socket.get();
                if (bytes == null) {
                    leave();
                }
                reading.complete(bytes);
                return;
            } catch (UncheckedIOException e) {
                if (!(e.getCause() instanceof SocketTimeoutException)) {
                    leave();
                    reading.completeExceptionally(e);
                    return;
                }
            } catch (RuntimeException e) {
                leave();
                reading.completeExceptionally(e);
                return;
            }
        }
    }

    private void leave() {
        gone = true;
        Runnable action = whenGone;
        if (action != null) {
            action.run();
        }
    }

    @Override
    public boolean isGone() {
        return gone;
    }

    /** A write failed: there is nobody any more. */
    void writeFailed() {
        leave();
    }

    void writing(boolean begins) {
        writingSince = begins ? System.nanoTime() : 0;
    }

    /** Closes the connection when the client has sent nothing, or has not taken what was written, for too long. */
    void closeIfStalled(Duration writeTimeout) {
        if (isLongAgo(writingSince, writeTimeout)) {
            leave();
            close();
        } else if (isLongAgo(readingSince, readTimeout)) {
            close();
        }
    }

    private static boolean isLongAgo(long since, Duration timeout) {
        return since != 0 && System.nanoTime() - since > timeout.toNanos();
    }

    private void close() {
        try {
            socket.close();
        } catch (UncheckedIOException e) {
            // It is closed already.
        }
    }
}
