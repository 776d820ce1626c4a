package io.jgemma.server.remote;

import io.helidon.common.tls.Tls;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webclient.api.HttpClientResponse;
import io.helidon.webclient.api.Proxy;
import io.helidon.webclient.http1.Http1Client;
import io.helidon.webclient.spi.DnsResolver;
import io.jgemma.server.json.ApiException;
import io.jgemma.server.json.Fields;
import io.jgemma.server.request.Pictures;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * Fetches pictures over HTTP and HTTPS from the public Internet. A name is resolved once for each connection, all its
 * addresses are checked, and the connection goes to one that was checked: so neither a redirect nor a name whose address
 * changes leads to this machine or its surroundings. Size, time, redirects and fetches at the same time are bounded.
 */
public final class RemotePictures implements AutoCloseable {
    private static final int MOST_REDIRECTS = 3;

    private final Limits limits;
    private final Lookup lookup;
    private final Predicate<InetAddress> allowed;
    private final Semaphore places;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Tls tls = Tls.builder().build();

    /**
     * Bounds.
     *
     * @param pictureBytes of one picture
     * @param requestBytes of all pictures of a request
     * @param time for one picture, redirects and waiting for others included
     * @param together pictures fetched at the same time, for all requests
     */
    public record Limits(int pictureBytes, long requestBytes, Duration time, int together) {}

    /** Finds the addresses of a name. */
    @FunctionalInterface
    interface Lookup {
        InetAddress[] find(String host) throws UnknownHostException;
    }

    /** Pictures of the public Internet. */
    public RemotePictures(Limits limits) {
        this(limits, InetAddress::getAllByName, PublicAddresses::contains);
    }

    RemotePictures(Limits limits, Lookup lookup, Predicate<InetAddress> allowed) {
        this.limits = limits;
        this.lookup = lookup;
        this.allowed = allowed;
        places = new Semaphore(limits.together());
    }

    /** The pictures of one request. */
    public Pictures ofRequest() {
        return new OfRequest();
    }

    /** Why a picture is not fetched, as the end of a sentence that names its field. */
    private static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        RefusedException(String message) {
            super(message);
        }
    }

    private final class OfRequest implements Pictures {
        private long left = limits.requestBytes();

        @Override
        public byte[] fetch(Fields fields, String name, String url) {
            try {
                byte[] data = inTime(url, (int) Math.min(left, limits.pictureBytes()));
                left -= data.length;
                return data;
            } catch (RefusedException e) {
                throw fields.invalid(name, fields.path(name) + " " + e.getMessage());
            }
        }
    }

    private byte[] inTime(String url, int mostBytes) {
        Future<byte[]> fetched = threads.submit(() -> {
            places.acquire();
            try {
                return fetch(uri(url), mostBytes);
            } finally {
                places.release();
            }
        });
        try {
            return fetched.get(limits.time().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new RefusedException(
                    "leads to a picture that took more than " + limits.time().toSeconds() + " s");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RefusedException refused) {
                throw refused;
            }
            throw new RefusedException("leads to a server that cannot be reached or does not answer");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiException(ApiException.Kind.UNAVAILABLE, "the server is stopping", e);
        } finally {
            // Interrupts it: a virtual thread that waits for a socket closes the socket then.
            fetched.cancel(true);
        }
    }

    private static URI uri(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            throw new RefusedException("is not a URL");
        }
    }

    private byte[] fetch(URI first, int mostBytes) throws IOException {
        URI uri = first;
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            Http1Client client = client(uri);
            try (HttpClientResponse response = client.get().uri(uri).request()) {
                Status status = response.status();
                if (status.family() != Status.Family.REDIRECTION) {
                    return body(response, mostBytes);
                }
                uri = redirect(uri, response);
            } finally {
                client.closeResource();
            }
        }
        throw new RefusedException("leads to more than " + MOST_REDIRECTS + " redirects");
    }

    private static URI redirect(URI from, HttpClientResponse response) {
        return from.resolve(uri(response.headers()
                .first(HeaderNames.LOCATION)
                .orElseThrow(() -> new RefusedException("leads to a redirect without an address"))));
    }

    /** A client for one connection, to an address that was checked. */
    private Http1Client client(URI uri) throws UnknownHostException {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        String host = uri.getHost();
        boolean http = scheme.equals("http") || scheme.equals("https");
        if (!http || host == null) {
            throw new RefusedException("is, or leads to, something other than http:// or https:// with a host");
        }
        if (uri.getUserInfo() != null) {
            throw new RefusedException("holds a user's name; addresses with one are not fetched");
        }
        InetAddress address = address(host);
        DnsResolver checked = (_, _) -> address;
        return Http1Client.builder()
                .dnsResolver(checked)
                .tls(tls)
                .proxy(Proxy.noProxy())
                .followRedirects(false)
                .keepAlive(false)
                .shareConnectionCache(false)
                .connectTimeout(limits.time())
                .readTimeout(limits.time())
                .build();
    }

    private InetAddress address(String host) throws UnknownHostException {
        boolean literal = host.startsWith("[");
        InetAddress[] all = lookup.find(literal ? host.substring(1, host.length() - 1) : host);
        if (all.length == 0 || !Arrays.stream(all).allMatch(allowed)) {
            throw new RefusedException("leads to an address that is not of the public Internet");
        }
        return all[0];
    }

    private static byte[] body(HttpClientResponse response, int mostBytes) throws IOException {
        if (response.status().family() != Status.Family.SUCCESSFUL) {
            throw new RefusedException(
                    "leads to a server that answered with " + response.status().code());
        }
        try (InputStream in = response.entity().inputStream()) {
            byte[] data = in.readNBytes(mostBytes + 1);
            if (data.length > mostBytes) {
                throw new RefusedException("leads to more than " + mostBytes + " bytes");
            }
            if (data.length == 0) {
                throw new RefusedException("leads to an empty answer");
            }
            return data;
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
