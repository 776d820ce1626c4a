package io.jgemma.server.http;

/**
 * What answers a path.
 *
 * @param method HTTP method
 * @param path as in the URL
 * @param open whether it needs no API key
 * @param handler answers
 */
public record Route(String method, String path, boolean open, Handler handler) {

    /** Answers a request. */
    @FunctionalInterface
    public interface Handler {
        void handle(Exchange exchange);
    }

    /** A route that reads. */
    public static Route get(String path, Handler handler) {
        return new Route("GET", path, false, handler);
    }

    /** A route that reads, for everybody. */
    public static Route open(String path, Handler handler) {
        return new Route("GET", path, true, handler);
    }

    /** A route that works. */
    public static Route post(String path, Handler handler) {
        return new Route("POST", path, false, handler);
    }
}
