package io.jgemma.server.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.jgemma.server.json.ApiException;
import io.jgemma.server.json.Fields;
import io.jgemma.server.json.Json;
import io.jgemma.server.request.Pictures;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server at 127.0.0.1 stands for the public Internet, every other address for the surroundings. */
@Timeout(30)
class RemotePicturesTest {
    private static final int MOST = 1000;
    private static final byte[] PICTURE = "a picture".getBytes(StandardCharsets.UTF_8);

    private final Map<String, InetAddress[]> names = new ConcurrentHashMap<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);
    private final HttpServer web = web();
    private final RemotePictures pictures = new RemotePictures(
            new RemotePictures.Limits(MOST, 20, Duration.ofSeconds(1), 2), this::find, this::isPublic);

    private static HttpServer web() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private boolean isPublic(InetAddress address) {
        return address.getHostAddress().equals("127.0.0.1");
    }

    private InetAddress[] find(String host) throws UnknownHostException {
        InetAddress[] known = names.get(host);
        return known != null ? known : InetAddress.getAllByName(host);
    }

    @BeforeEach
    void start() throws IOException {
        names.put("pictures.example", addresses("127.0.0.1"));
        names.put("inside.example", addresses("127.0.0.2"));
        names.put("mixed.example", addresses("127.0.0.1", "10.0.0.1"));
        web.createContext("/picture", exchange -> answer(exchange, 200, PICTURE));
        web.createContext("/large", exchange -> answer(exchange, 200, new byte[MOST + 1]));
        web.createContext("/missing", exchange -> answer(exchange, 404, PICTURE));
        web.createContext("/empty", exchange -> answer(exchange, 200, new byte[0]));
        web.createContext("/moved", this::redirect);
        web.createContext("/slow", this::never);
        web.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        web.start();
    }

    @AfterEach
    void stop() {
        over.countDown();
        pictures.close();
        web.stop(0);
    }

    private static InetAddress[] addresses(String... literals) throws UnknownHostException {
        InetAddress[] all = new InetAddress[literals.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = InetAddress.getByName(literals[i]);
        }
        return all;
    }

    private void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        requests.incrementAndGet();
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** To what the query says. */
    private void redirect(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().add("Location", exchange.getRequestURI().getQuery());
        answer(exchange, 302, new byte[0]);
    }

    /** A byte of the body now and then, for ever. */
    private void never(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, MOST);
        try (var body = exchange.getResponseBody()) {
            while (!over.await(100, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                body.write(1);
                body.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String at(String host, String path) {
        return "http://" + host + ":" + web.getAddress().getPort() + path;
    }

    private static byte[] fetch(Pictures from, String url) {
        return from.fetch(Fields.of(Json.object()), "url", url);
    }

    private void assertRefused(String url, String why) {
        assertThatThrownBy(() -> fetch(pictures.ofRequest(), url))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("url")
                .hasMessageContaining(why);
    }

    @Test
    void fetches() {
        assertThat(fetch(pictures.ofRequest(), at("127.0.0.1", "/picture"))).isEqualTo(PICTURE);
        assertThat(fetch(pictures.ofRequest(), at("pictures.example", "/picture")))
                .isEqualTo(PICTURE);
        assertThat(fetch(pictures.ofRequest(), at("127.0.0.1", "/moved?/picture")))
                .isEqualTo(PICTURE);
        assertThat(fetch(pictures.ofRequest(), at("127.0.0.1", "/moved?" + at("pictures.example", "/picture"))))
                .isEqualTo(PICTURE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"inside.example", "mixed.example", "127.0.0.2", "[::1]"})
    void neverAsksTheSurroundings(String host) {
        assertRefused(at(host, "/picture"), "not of the public Internet");
        assertThat(requests).hasValue(0);

        assertRefused(at("127.0.0.1", "/moved?" + at(host, "/picture")), "not of the public Internet");
        assertThat(requests).hasValue(1);
    }

    /** The second answer of a name service must not count. */
    @Test
    void connectsToTheAddressThatWasChecked() throws IOException {
        AtomicInteger lookups = new AtomicInteger();
        try (RemotePictures rebound = new RemotePictures(
                new RemotePictures.Limits(MOST, MOST, Duration.ofSeconds(1), 2),
                host -> addresses(lookups.getAndIncrement() == 0 ? "127.0.0.1" : "127.0.0.2"),
                this::isPublic)) {
            assertThat(fetch(rebound.ofRequest(), at("rebinding.example", "/picture")))
                    .isEqualTo(PICTURE);
        }
        assertThat(lookups).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///etc/hostname",
                "ftp://127.0.0.1/picture",
                "gopher://127.0.0.1",
                "http:///x",
                "http://300.1.2.3.4/"
            })
    void takesNothingButHttp(String url) {
        assertRefused(url, "http");
        assertRefused(at("127.0.0.1", "/moved?" + url), "http");
    }

    @Test
    void refusesWhatIsNoPictureOrTooMuch() {
        assertRefused("http://a b/", "is not a URL");
        assertRefused("http:", "is not a URL");
        assertRefused("/picture", "other than http");
        assertRefused("http://user@127.0.0.1:" + web.getAddress().getPort() + "/picture", "user's name");
        assertRefused(at("127.0.0.1", "/large"), "more than");
        assertRefused(at("127.0.0.1", "/missing"), "404");
        assertRefused(at("127.0.0.1", "/empty"), "empty");
        assertRefused(at("127.0.0.1", "/moved?/moved?/moved?/moved?/picture"), "redirects");
        Pictures request = pictures.ofRequest();
        fetch(request, at("127.0.0.1", "/picture"));
        fetch(request, at("127.0.0.1", "/picture"));
        assertThatThrownBy(() -> fetch(request, at("127.0.0.1", "/picture"))).hasMessageContaining("more than 2 bytes");
    }

    @Test
    void givesUpInTime() throws IOException {
        long began = System.nanoTime();
        assertRefused(at("127.0.0.1", "/slow"), "more than 1 s");
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertRefused("http://127.0.0.1:" + silent.getLocalPort() + "/", "");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
        assertThat(fetch(pictures.ofRequest(), at("127.0.0.1", "/picture"))).isEqualTo(PICTURE);
    }
}
