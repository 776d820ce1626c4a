package io.jgemma.cli.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hugging Face's protocol on two ports: the hub, which lists files and redirects to signed addresses, and the storage, which gives bytes to who has one that has not
 * ended.
 */
final class HubDouble implements AutoCloseable {
    private final Map<String, byte[]> files = new TreeMap<>();
    private final HttpServer hub;
    private final HttpServer storage;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger signature = new AtomicInteger();

    /** What the storage was asked for: {@code PATH RANGE}. */
    final List<String> requests = new CopyOnWriteArrayList<>();

    /** The Authorization headers that the storage was sent. */
    final List<String> leaked = new CopyOnWriteArrayList<>();

    /** Requests for addresses. */
    final AtomicInteger resolved = new AtomicInteger();

    volatile String neededToken = "";
    volatile int refusal = 401;
    /** How often the hub asks for a pause. */
    final AtomicInteger busyAnswers = new AtomicInteger();

    volatile int usesOfAnAddress = Integer.MAX_VALUE;
    volatile int bytesBeforeCut = Integer.MAX_VALUE;
    /** How many answers of the storage break off. */
    final AtomicInteger cuts = new AtomicInteger();

    volatile boolean ranges = true;
    volatile boolean wrongSum;
    private final AtomicInteger uses = new AtomicInteger();

    HubDouble() throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        hub = HttpServer.create(any, 0);
        storage = HttpServer.create(any, 0);
        hub.createContext("/api/models/", this::list);
        hub.createContext("/", this::resolve);
        storage.createContext("/", this::bytes);
        hub.setExecutor(threads);
        storage.setExecutor(threads);
        hub.start();
        storage.start();
    }

    HubDouble with(String path, byte[] content) {
        files.put(path, content);
        return this;
    }

    String endpoint() {
        return "http://localhost:" + hub.getAddress().getPort();
    }

    private boolean refused(HttpExchange exchange) throws IOException {
        if (busyAnswers.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            exchange.getResponseHeaders().set("Retry-After", "0");
            answer(exchange, 429, new byte[0]);
            return true;
        }
        String sent = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        if (!neededToken.isEmpty() && !sent.equals("Bearer " + neededToken)) {
            answer(exchange, refusal, new byte[0]);
            return true;
        }
        return false;
    }

    private void list(HttpExchange exchange) throws IOException {
        if (refused(exchange)) {
            return;
        }
        if (!exchange.getRequestURI().getPath().equals("/api/models/o/r/tree/main")) {
            answer(exchange, 404, new byte[0]);
            return;
        }
        StringBuilder json = new StringBuilder("[{\"type\":\"directory\",\"path\":\"folder\",\"size\":0}");
        files.forEach((path, content) -> json.append(",{\"type\":\"file\",\"path\":\"")
                .append(path)
                .append("\",\"size\":")
                .append(content.length)
                .append(",\"lfs\":{\"oid\":\"")
                .append(sum(content))
                .append("\"}}"));
        answer(exchange, 200, json.append(']').toString().getBytes(StandardCharsets.UTF_8));
    }

    private void resolve(HttpExchange exchange) throws IOException {
        if (refused(exchange)) {
            return;
        }
        String path = exchange.getRequestURI().getPath().replaceFirst("^/o/r/resolve/main/", "");
        byte[] content = files.get(path);
        if (content == null) {
            answer(exchange, 404, new byte[0]);
            return;
        }
        resolved.incrementAndGet();
        uses.set(0);
        var headers = exchange.getResponseHeaders();
        headers.set("X-Linked-Size", Integer.toString(content.length));
        headers.set("X-Linked-Etag", "\"" + (wrongSum ? sum(new byte[] {1}) : sum(content)) + "\"");
        headers.set(
                "Location",
                "http://127.0.0.1:" + storage.getAddress().getPort() + "/" + path + "?signature="
                        + signature.incrementAndGet());
        answer(exchange, 302, new byte[0]);
    }

    private void bytes(HttpExchange exchange) throws IOException {
        String token = exchange.getRequestHeaders().getFirst("Authorization");
        if (token != null) {
            leaked.add(token);
        }
        boolean current = exchange.getRequestURI().getQuery().equals("signature=" + signature.get());
        if (!exchange.getRequestMethod().equals("GET") || !current || uses.incrementAndGet() > usesOfAnAddress) {
            answer(exchange, 403, new byte[0]);
            return;
        }
        byte[] content = files.get(exchange.getRequestURI().getPath().substring(1));
        String range = exchange.getRequestHeaders().getFirst("Range");
        requests.add(exchange.getRequestURI().getPath().substring(1) + " " + range);
        if (!ranges) {
            answer(exchange, 200, content);
            return;
        }
        String[] ends = range.substring("bytes=".length()).split("-", 2);
        int from = Integer.parseInt(ends[0]);
        int length = Integer.parseInt(ends[1]) + 1 - from;
        exchange.getResponseHeaders().set("Content-Range", "bytes " + ends[0] + "-" + ends[1] + "/" + content.length);
        exchange.sendResponseHeaders(206, length);
        int given = cuts.getAndUpdate(left -> Math.max(0, left - 1)) > 0 ? Math.min(length, bytesBeforeCut) : length;
        exchange.getResponseBody().write(content, from, given);
        if (given < length) {
            exchange.getResponseBody().flush();
        }
        exchange.close();
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
        if (!head && body.length > 0) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    static String sum(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        hub.stop(0);
        storage.stop(0);
        threads.shutdownNow();
    }
}
