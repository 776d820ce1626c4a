package io.jgemma.server.page;

import io.jgemma.server.http.Exchange;
import io.jgemma.server.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Serves the web page: {@code index.html} at {@code /}, everything else by its path. Nobody needs a key for it, since it holds
 * nothing but itself; the page asks for the key that its requests need. Files are read and compressed on first use.
 */
public final class Page {
    private static final String INDEX = "index.html";

    /**
     * Scripts, styles, fonts and requests come from and go to this server alone; text that a model wrote can therefore load or
     * run nothing, even if it were taken for HTML. {@code data:} and {@code blob:} are the pictures that a user adds.
     */
    static final String CONTENT_SECURITY_POLICY = String.join(
            "; ",
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types dompurify");

    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy", CONTENT_SECURITY_POLICY,
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Cache-Control", "no-cache",
            "Vary", "Accept-Encoding");

    private final Map<String, PageFile> files = new ConcurrentHashMap<>();

    /** Paths of all files, from the page's folder; {@code files.txt} lists them, since a jar has no folders to look into. */
    static List<String> paths() {
        try (InputStream in = Page.class.getResourceAsStream("files.txt")) {
            String list = new String(
                    Objects.requireNonNull(in, "the jar lacks the page's files.txt")
                            .readAllBytes(),
                    StandardCharsets.UTF_8);
            return list.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A route for each file. */
    public List<Route> routes() {
        return paths().stream()
                .map(path -> Route.open(path.equals(INDEX) ? "/" : "/" + path, exchange -> send(exchange, path)))
                .toList();
    }

    private void send(Exchange exchange, String path) {
        PageFile file = files.computeIfAbsent(path, PageFile::read);
        boolean gzip = file.gzip().length > 0 && takesGzip(exchange);
        String tag = '"' + file.tag() + (gzip ? "-gzip\"" : "\"");
        HEADERS.forEach(exchange::header);
        exchange.header("ETag", tag);
        if (exchange.header("If-None-Match").orElse("").contains(tag)) {
            exchange.empty(304);
            return;
        }
        if (gzip) {
            exchange.header("Content-Encoding", "gzip");
        }
        exchange.bytes(file.contentType(), gzip ? file.gzip() : file.plain());
    }

    private static boolean takesGzip(Exchange exchange) {
        return exchange.header("Accept-Encoding").orElse("").contains("gzip");
    }
}
