package io.jgemma.server.http;

import io.helidon.common.tls.Tls;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.PathMatchers;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.jgemma.server.json.ApiException;
import io.jgemma.server.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** HTTP on Helidon: one virtual thread a connection. */
public final class HttpServer implements AutoCloseable {
    private static final int MAX_PROLOGUE_BYTES = 8 * 1024;
    private static final int MAX_HEADER_BYTES = 32 * 1024;
    private static final int BACKLOG = 1024;

    private final WebServer server;
    private final Connections connections;

    /**
     * How it listens.
     *
     * @param address where
     * @param port which port; 0 = any that is free
     * @param maxBodyBytes largest body
     * @param maxConnections connections at the same time
     * @param tls certificate and key, if any
     */
    public record Listener(InetAddress address, int port, long maxBodyBytes, int maxConnections, Optional<Tls> tls) {}

    /**
     * How long things may take.
     *
     * @param read until the next bytes of a request, or the next request of a connection
     * @param request until a request has arrived in full
     * @param write until a client takes what was written
     * @param ping after how long without an event a stream gets a comment; zero = never
     */
    public record Times(Duration read, Duration request, Duration write, Duration ping) {}

    /**
     * Who may use it.
     *
     * @param keys API keys, one of which is needed; none = nobody needs one
     * @param origins web origins whose pages may
     */
    public record Access(List<String> keys, List<String> origins) {
        public Access {
            keys = List.copyOf(keys);
            origins = List.copyOf(origins);
        }
    }

    /**
     * Who is told of requests.
     *
     * @param access each request on one line, without contents
     * @param prompts bodies
     */
    public record Logs(Consumer<String> access, Optional<Consumer<String>> prompts) {}

    /**
     * Starts to listen.
     *
     * @throws java.io.UncheckedIOException when the port cannot be had
     */
    public HttpServer(Listener listener, Times times, Access access, Logs logs, List<Route> routes) {
        Keys keys = new Keys(access.keys());
        Origins origins = new Origins(
                access.origins(), !keys.required() && listener.address().isLoopbackAddress());
        Dispatcher dispatcher = new Dispatcher(keys, origins, times.ping().toNanos(), logs);
        requireFree(listener);
        connections = new Connections(new Connections.Timeouts(times.read(), times.request(), times.write()));
        server = config(listener, times, routing(routes, dispatcher)).build();
        server.start();
        if (!server.isRunning()) {
            connections.close();
            throw new UncheckedIOException(new BindException("port " + listener.port() + " is not available"));
        }
    }

    /** The library logs why it does not start, and says nothing to its caller. */
    private static void requireFree(Listener listener) {
        try (ServerSocket _ = new ServerSocket(listener.port(), 1, listener.address())) {
            // It could be had.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private WebServerConfig.Builder config(Listener listener, Times times, HttpRouting.Builder routing) {
        Http1ConnectionSelector http = Http1ConnectionSelector.builder()
                .config(Http1Config.builder()
                        .maxPrologueLength(MAX_PROLOGUE_BYTES)
                        .maxHeadersSize(MAX_HEADER_BYTES)
                        .build())
                .build();
        WebServerConfig.Builder config = WebServer.builder()
                .address(listener.address())
                .port(listener.port())
                .backlog(BACKLOG)
                .maxPayloadSize(listener.maxBodyBytes())
                .maxTcpConnections(listener.maxConnections())
                .connectionOptions(options -> options.readTimeout(times.read()).tcpNoDelay(true))
                .shutdownHook(false)
                .featuresDiscoverServices(false)
                .protocolsDiscoverServices(false)
                .addConnectionSelector(new PeerSelector(http, connections))
                .directHandlers(directHandlers())
                .routing(routing);
        listener.tls().ifPresent(config::tls);
        return config;
    }

    private static HttpRouting.Builder routing(List<Route> routes, Dispatcher dispatcher) {
        HttpRouting.Builder routing = HttpRouting.builder();
        Set<String> paths = new LinkedHashSet<>();
        for (Route route : routes) {
            routing.route(
                    Method.create(route.method()),
                    PathMatchers.exact(route.path()),
                    (request, response) -> dispatcher.handle(request, response, route));
            paths.add(route.path());
        }
        for (String path : paths) {
            List<String> methods = new ArrayList<>(routes.stream()
                    .filter(route -> route.path().equals(path))
                    .map(Route::method)
                    .toList());
            routing.any(path, (request, response) -> dispatcher.handle(request, response, otherMethod(path, methods)));
        }
        routing.any((request, response) -> dispatcher.handle(request, response, unknownPath()));
        return routing;
    }

    private static Route otherMethod(String path, List<String> methods) {
        return new Route("", path, false, exchange -> {
            exchange.header("Allow", String.join(", ", methods));
            throw new ApiException(
                    ApiException.Kind.METHOD_NOT_ALLOWED, path + " takes " + String.join(" and ", methods) + " only");
        });
    }

    private static Route unknownPath() {
        return new Route("", "", false, exchange -> {
            throw new ApiException(ApiException.Kind.NOT_FOUND, "there is nothing at this path");
        });
    }

    /** What the library itself refuses gets an error object, too. */
    private static DirectHandlers directHandlers() {
        DirectHandlers.Builder handlers = DirectHandlers.builder();
        DirectHandler handler = (request, event, status, headers, message) -> {
            headers.set(HeaderNames.CONTENT_TYPE, "application/json");
            return DirectHandler.TransportResponse.builder()
                    .status(status)
                    .headers(headers)
                    .entity(Json.bytes(new ApiException(kind(status.code()), words(status.code())).body()))
                    .keepAlive(false)
                    .build();
        };
        for (DirectHandler.EventType event : DirectHandler.EventType.values()) {
            handlers.addHandler(event, handler);
        }
        return handlers.build();
    }

    private static ApiException.Kind kind(int status) {
        for (ApiException.Kind kind : ApiException.Kind.values()) {
            if (kind.status() == status) {
                return kind;
            }
        }
        return status < 500 ? ApiException.Kind.INVALID_REQUEST : ApiException.Kind.SERVER;
    }

    private static String words(int status) {
        return switch (status) {
            case 413 -> "the body is larger than this server takes";
            case 503 -> "too many connections";
            default -> status < 500 ? "the request is not valid HTTP" : "the server failed";
        };
    }

    /** The port it listens on. */
    public int port() {
        return server.port();
    }

    /** Connections that are open. */
    public int openConnections() {
        return connections.count();
    }

    @Override
    public void close() {
        server.stop();
        connections.close();
    }
}
