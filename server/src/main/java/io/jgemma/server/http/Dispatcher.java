package io.jgemma.server.http;

import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.jgemma.server.json.ApiException;
import io.jgemma.server.run.Errors;
import io.jgemma.server.run.PeerGoneException;

/** Lets a request in, hands it to its route, turns what goes wrong into an error object, and logs it. */
final class Dispatcher {
    private static final int CLIENT_CLOSED_REQUEST = 499;

    private final Keys keys;
    private final Origins origins;
    private final long pingNanos;
    private final HttpServer.Logs logs;

    Dispatcher(Keys keys, Origins origins, long pingNanos, HttpServer.Logs logs) {
        this.keys = keys;
        this.origins = origins;
        this.pingNanos = pingNanos;
        this.logs = logs;
    }

    void handle(ServerRequest request, ServerResponse response, Route route) {
        Exchange exchange = new Exchange(request, response, Connections.CURRENT.get(), pingNanos);
        long start = System.nanoTime();
        try {
            run(exchange, route);
            exchange.end();
            if (exchange.closesConnection()) {
                throw new CloseConnectionException("the client asked for it");
            }
        } catch (PeerGoneException e) {
            exchange.status(CLIENT_CLOSED_REQUEST);
            throw new CloseConnectionException("the client has gone", e);
        } catch (CloseConnectionException e) {
            if (exchange.peer().isGone()) {
                exchange.status(CLIENT_CLOSED_REQUEST);
            }
            throw e;
        } finally {
            log(exchange, System.nanoTime() - start);
        }
    }

    private void run(Exchange exchange, Route route) {
        try {
            origins.check(exchange);
            if (exchange.method().equals("OPTIONS") && exchange.header("Origin").isPresent()) {
                exchange.readBody();
                origins.preflight(exchange);
                return;
            }
            if (!route.open()) {
                exchange.authenticated(keys.require(exchange));
            }
            exchange.readBody();
            logs.prompts().ifPresent(log -> exchange.bodyLine().ifPresent(log));
            route.handler().handle(exchange);
        } catch (PeerGoneException | RequestException | CloseConnectionException e) {
            throw e;
        } catch (RuntimeException e) {
            if (exchange.peer().isGone()) {
                PeerGoneException gone = new PeerGoneException();
                gone.initCause(e);
                throw gone;
            }
            exchange.error(Errors.of(e));
        } catch (OutOfMemoryError e) {
            exchange.error(new ApiException(
                    ApiException.Kind.UNAVAILABLE, "the request is too large for the memory of this server", e));
        }
    }

    private void log(Exchange exchange, long nanos) {
        logs.access()
                .accept(exchange.remote() + " " + exchange.method() + " " + exchange.path() + " " + exchange.status()
                        + " " + nanos / 1_000_000 + "ms" + exchange.facts());
    }
}
