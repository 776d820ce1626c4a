package io.jgemma.server.http;

import io.jgemma.server.json.ApiException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Which web pages may use the server. A page in the browser of whoever runs the server reaches a loopback address, too: it may
 * not, unless its origin was allowed. A server without a key that listens on a loopback address only also insists on being
 * called by a loopback name, since any name can be made to lead there.
 */
final class Origins {
    private final List<String> allowed;
    private final boolean loopbackNamesOnly;

    /**
     * Rules.
     *
     * @param allowed origins, or {@code *} for all
     * @param loopbackNamesOnly whether {@code Host} must name the machine itself
     */
    Origins(List<String> allowed, boolean loopbackNamesOnly) {
        this.allowed = List.copyOf(allowed);
        this.loopbackNamesOnly = loopbackNamesOnly;
    }

    /**
     * Lets a request pass, with the headers that its page needs.
     *
     * @throws ApiException with 403 when it comes from a page that may not
     */
    void check(Exchange exchange) {
        String host = exchange.header("Host").orElse("");
        if (loopbackNamesOnly && !isLoopback(withoutPort(host))) {
            throw new ApiException(
                    ApiException.Kind.PERMISSION,
                    "this server has no API key and is called by loopback names only, e.g. localhost; start it with a key");
        }
        Optional<String> origin = exchange.header("Origin");
        if (origin.isEmpty()) {
            return;
        }
        if (isAllowed(origin.get())) {
            exchange.header("Access-Control-Allow-Origin", allowed.contains("*") ? "*" : origin.get());
            exchange.header("Vary", "Origin");
        } else if (!sameHost(origin.get(), host)) {
            throw new ApiException(
                    ApiException.Kind.PERMISSION,
                    "pages of this origin may not use the server; allow it with --cors-origin ORIGIN");
        }
    }

    /** What a browser asks before it sends a request. */
    void preflight(Exchange exchange) {
        exchange.header("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
        exchange.header(
                "Access-Control-Allow-Headers",
                exchange.header("Access-Control-Request-Headers").orElse("*"));
        exchange.header("Access-Control-Max-Age", "600");
        exchange.empty(204);
    }

    private boolean isAllowed(String origin) {
        return allowed.contains("*") || allowed.contains(origin);
    }

    private static boolean sameHost(String origin, String host) {
        try {
            String authority = URI.create(origin).getAuthority();
            return authority != null && authority.equalsIgnoreCase(host);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String withoutPort(String host) {
        int end = host.startsWith("[") ? host.indexOf(']') + 1 : host.indexOf(':');
        return end > 0 ? host.substring(0, end) : host;
    }

    /** Whether a host name is one of this machine's own, without asking a name server. */
    static boolean isLoopback(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        if (name.equals("localhost") || name.endsWith(".localhost") || name.equals("[::1]") || name.equals("::1")) {
            return true;
        }
        if (!name.matches("[0-9.]+")) {
            return false;
        }
        try {
            return InetAddress.getByName(name).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
