package io.jgemma.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.jgemma.server.json.ApiException;
import io.jgemma.server.json.Fields;
import io.jgemma.server.json.Json;
import io.jgemma.server.run.Peer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/** A request and its answer. */
public final class Exchange {
    private final ServerRequest request;
    private final ServerResponse response;
    private final PeerConnection peer;
    private final EventStream events;
    private final StringBuilder facts = new StringBuilder();
    private byte[] body = new byte[0];
    private final String remote;
    private int status = 200;
    private String key = "";

    Exchange(ServerRequest request, ServerResponse response, PeerConnection peer, long pingNanos) {
        this.request = request;
        this.response = response;
        this.peer = peer;
        // Asked now: a connection that is closed knows it no longer.
        remote = request.remotePeer().host();
        events = new EventStream(response, pingNanos);
    }

    /** {@code GET}, {@code POST} and so on. */
    public String method() {
        return request.prologue().method().text();
    }

    /** Path without the query, as it was sent. */
    public String path() {
        return request.path().rawPath();
    }

    /** A header. */
    public Optional<String> header(String name) {
        return request.headers().first(HeaderNames.create(name));
    }

    /** A part of the query. */
    public Optional<String> query(String name) {
        return request.query().first(name).asOptional();
    }

    /** The client. */
    public Peer peer() {
        return peer;
    }

    /** Name of the client's machine or its address. */
    String remote() {
        return remote;
    }

    /** Which API key the client has, by its number from 1; empty where there are no keys. */
    public String key() {
        return key;
    }

    void authenticated(String number) {
        key = number;
    }

    /** Reads the body to its end; from then on the connection is watched. */
    void readBody() {
        if (request.content().hasEntity()) {
            try (InputStream in = request.content().inputStream()) {
                body = in.readAllBytes();
            } catch (IOException e) {
                throw new ApiException(ApiException.Kind.INVALID_REQUEST, "the body cannot be read", e);
            }
        }
        peer.requestArrived();
    }

    /** The body on one line: control characters are escaped, so that none of it looks like another line of a log. */
    Optional<String> bodyLine() {
        if (body.length == 0) {
            return Optional.empty();
        }
        String text = new String(body, StandardCharsets.UTF_8);
        StringBuilder line = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        line.append("\\u").append(HexFormat.of().toHexDigits(c));
                    } else {
                        line.append(c);
                    }
                }
            }
        }
        return Optional.of(line.toString());
    }

    /**
     * The body's fields.
     *
     * @throws ApiException with 400 when it is no JSON object
     */
    public Fields fields() {
        if (body.length == 0) {
            throw new ApiException(ApiException.Kind.INVALID_REQUEST, "the body is empty; a JSON object was expected");
        }
        JsonNode node = Json.read(body);
        body = new byte[0];
        return Fields.of(node);
    }

    /** Something for the access log, e.g. a count of tokens; never contents. */
    public void note(String name, Object value) {
        facts.append(' ').append(name).append('=').append(value);
    }

    String facts() {
        return facts.toString();
    }

    int status() {
        return status;
    }

    void status(int code) {
        status = code;
    }

    /** Adds a header to the answer. */
    public void header(String name, String value) {
        response.header(name, value);
    }

    /** Answers with JSON. */
    public void json(JsonNode node) {
        json(200, node);
    }

    /** Answers with JSON and a status. */
    public void json(int code, JsonNode node) {
        send(code, "application/json", Json.bytes(node));
    }

    /** Answers with text. */
    public void text(String contentType, String text) {
        send(200, contentType, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Answers with bytes. */
    public void bytes(String contentType, byte[] bytes) {
        send(200, contentType, bytes);
    }

    private void send(int code, String contentType, byte[] bytes) {
        status = code;
        response.status(code);
        response.header("Content-Type", contentType);
        if (method().equals("HEAD")) {
            response.send();
        } else {
            response.send(bytes);
        }
    }

    /** Answers with nothing but a status. */
    public void empty(int code) {
        status = code;
        response.status(code);
        response.send();
    }

    /** Whether the client wants the connection closed after the answer. */
    boolean closesConnection() {
        return request.headers().containsToken(HeaderValues.CONNECTION_CLOSE);
    }

    /** The answer as a stream of events; it begins with the first of them. */
    public EventStream events() {
        return events;
    }

    /** Whether the answer has begun. */
    boolean begun() {
        return events.begun() || response.isSent();
    }

    /** Answers with an error, or ends the stream that has begun with one. */
    void error(ApiException error) {
        status = error.kind().status();
        if (events.begun()) {
            events.error(error);
        } else if (!response.isSent()) {
            retryAfter(error).ifPresent(seconds -> response.header("Retry-After", seconds));
            json(error.kind().status(), error.body());
        }
    }

    private static Optional<String> retryAfter(ApiException error) {
        return error.retryAfter().map(time -> Long.toString(Math.max(1, (time.toMillis() + 999) / 1000)));
    }

    void end() {
        peer.unwatch();
        peer.requestArrived();
        events.close();
    }
}
