package io.jgemma.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.EngineStatus;
import io.jgemma.server.models.ModelDefinition;
import io.jgemma.server.models.Models;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A server with the demo model on a port of its own, and a client that asks it with bare HTTP. */
public final class TestServer implements AutoCloseable {
    /** What the demo model says to {@code Hello}. */
    public static final String GREETING = "Hello! How can I help you today?";

    /** A request to say hello, in the form of chat completions, without its closing brace. */
    public static final String HELLO = "{\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]";

    /** A tool that the demo model calls when it is asked for the weather, in the form of chat completions. */
    public static final String WEATHER_TOOL = """
            {"type":"function","function":{"name":"get_weather","description":"Get the weather forecast.",
             "parameters":{"type":"object","required":["city","days"],
                           "properties":{"city":{"type":"string"},"days":{"type":"integer"}}}}}""";

    /** The question that makes it do so. */
    public static final String WEATHER = "What is the weather in Paris for the next 3 days?";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final Duration LOG_PATIENCE = Duration.ofSeconds(5);

    private final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final AtomicInteger answers = new AtomicInteger();
    private final Server server;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** With default options. */
    public TestServer() {
        this(options -> {});
    }

    /** With other options. */
    public TestServer(Consumer<ServerOptions.Builder> options) {
        this(options, engine -> engine);
    }

    /** With other options for server and model. */
    public TestServer(Consumer<ServerOptions.Builder> options, UnaryOperator<EngineOptions> engine) {
        this(options, List.of(demo("demo", engine.apply(EngineOptions.embedded().withContextTokens(1024)))));
    }

    /** With other models. */
    public TestServer(Consumer<ServerOptions.Builder> options, List<ModelDefinition> models) {
        this(options, new Models(models, Long.MAX_VALUE, given -> given));
    }

    /** With other models. */
    public TestServer(Consumer<ServerOptions.Builder> options, Models models) {
        ServerOptions.Builder builder = ServerOptions.builder().port(0).accessLog(log::add);
        options.accept(builder);
        server = Server.start(builder.build(), models);
    }

    /** The demo model by a name. */
    public static ModelDefinition demo(String id, EngineOptions options) {
        return new ModelDefinition(id, Set.of(id + "-alias"), options, base -> base, Optional.empty(), 1_700_000_000);
    }

    /**
     * An answer.
     *
     * @param status HTTP status
     * @param headers by name
     * @param body as it came
     */
    public record Answer(int status, java.net.http.HttpHeaders headers, String body) {
        /** The body as JSON. */
        public JsonNode json() {
            return read(body);
        }

        /** What the body's error says. */
        public JsonNode error() {
            return json().get("error");
        }

        /** The events of a stream; {@code [DONE]} is left out. */
        public List<Event> events() {
            List<Event> events = new ArrayList<>();
            String name = "";
            for (String line : body.split("\n", -1)) {
                if (line.startsWith("event: ")) {
                    name = line.substring("event: ".length());
                } else if (line.startsWith("data: ") && !line.equals("data: [DONE]")) {
                    events.add(new Event(name, read(line.substring("data: ".length()))));
                    name = "";
                }
            }
            return events;
        }
    }

    /**
     * An event of a stream.
     *
     * @param name empty when it has none
     * @param data its JSON
     */
    public record Event(String name, JsonNode data) {}

    /** JSON, or an error that shows what came instead. */
    public static JsonNode read(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException("no JSON: " + text, e);
        }
    }

    /** Sends a body. */
    public Answer post(String path, String body, String... headers) {
        return send(request(path, headers).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** Sends a body; the answer is read while it comes, and closed before its end it is given up. */
    public InputStream open(String path, String body) {
        try {
            return client.send(
                            request(path)
                                    .POST(HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                            HttpResponse.BodyHandlers.ofInputStream())
                    .body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Asks. */
    public Answer get(String path, String... headers) {
        return send(request(path, headers).GET());
    }

    /** A request to be finished. */
    public HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/json");
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request;
    }

    /** Sends a request. */
    public Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            answers.incrementAndGet();
            return new Answer(response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Where a path is reached. */
    public URI uri(String path) {
        return URI.create(server.address() + path);
    }

    /** The server. */
    public Server server() {
        return server;
    }

    /** What the demo model's engine does. */
    public EngineStatus status() {
        return server.models().list().getFirst().status().orElseThrow();
    }

    /** Lines of the access log. An answer is logged after it was sent, so this waits for those of the answers that came. */
    public List<String> log() {
        long end = System.nanoTime() + LOG_PATIENCE.toNanos();
        while (log.size() < answers.get() && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
        }
        return List.copyOf(log);
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
