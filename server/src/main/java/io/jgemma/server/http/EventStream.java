package io.jgemma.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerResponse;
import io.jgemma.server.json.ApiException;
import io.jgemma.server.json.Json;
import io.jgemma.server.run.PeerGoneException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A stream of server-sent events. The answer's head is sent with the first of them, so that an error before it still has a
 * status of its own. Every event is written at once and ends with two line feeds.
 */
public final class EventStream {
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);

    private final ServerResponse response;
    private final long pingNanos;
    private final ByteArrayOutputStream frame = new ByteArrayOutputStream(512);
    private @Nullable OutputStream out;
    private long lastWrite = System.nanoTime();

    /**
     * A stream that has not begun.
     *
     * @param pingNanos after how long without an event a comment is sent; 0 = never
     */
    EventStream(ServerResponse response, long pingNanos) {
        this.response = response;
        this.pingNanos = pingNanos;
    }

    /** Whether something has been sent. */
    public boolean begun() {
        return out != null;
    }

    /** An event without a name. */
    public void data(JsonNode data) {
        frame.reset();
        appendData(data);
        write(frame.toByteArray());
    }

    /** An event with a name. */
    public void event(String name, JsonNode data) {
        frame.reset();
        append(("event: " + name + "\n").getBytes(StandardCharsets.UTF_8));
        appendData(data);
        write(frame.toByteArray());
    }

    /** An error, as OpenAI's clients know it inside a stream. */
    public void error(ApiException error) {
        event("error", error.body());
    }

    /** The end, as OpenAI's clients know it. */
    public void done() {
        write(DONE);
    }

    /** Sends a comment if nothing has been sent for a while. */
    public void ping() {
        if (pingNanos > 0 && System.nanoTime() - lastWrite >= pingNanos) {
            write(COMMENT);
        }
    }

    private void appendData(JsonNode data) {
        append(DATA);
        append(Json.bytes(data));
        append(END);
    }

    private void append(byte[] bytes) {
        frame.write(bytes, 0, bytes.length);
    }

    private void write(byte[] bytes) {
        try {
            OutputStream stream = out == null ? begin() : out;
            stream.write(bytes);
            stream.flush();
            lastWrite = System.nanoTime();
        } catch (IOException | UncheckedIOException | CloseConnectionException e) {
            throw gone(e);
        }
    }

    private OutputStream begin() {
        response.header("Content-Type", "text/event-stream");
        response.header("Cache-Control", "no-cache, no-store");
        response.header("X-Accel-Buffering", "no");
        OutputStream stream = response.outputStream();
        out = stream;
        return stream;
    }

    void close() {
        OutputStream stream = out;
        if (stream != null) {
            try {
                stream.close();
            } catch (IOException | UncheckedIOException | CloseConnectionException e) {
                throw gone(e);
            }
        }
    }

    private static PeerGoneException gone(Exception cause) {
        PeerGoneException gone = new PeerGoneException();
        gone.initCause(cause);
        return gone;
    }
}
