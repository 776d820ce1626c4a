package io.jgemma.server;

import io.jgemma.server.anthropic.MessagesRoute;
import io.jgemma.server.http.Exchange;
import io.jgemma.server.http.Route;
import io.jgemma.server.json.ApiException;
import io.jgemma.server.llamacpp.Completion;
import io.jgemma.server.llamacpp.Health;
import io.jgemma.server.llamacpp.SlotList;
import io.jgemma.server.llamacpp.TextRoutes;
import io.jgemma.server.metrics.ServerMetrics;
import io.jgemma.server.openai.ChatCompletions;
import io.jgemma.server.openai.Completions;
import io.jgemma.server.openai.Embeddings;
import io.jgemma.server.openai.ModelList;
import io.jgemma.server.page.Page;
import io.jgemma.server.responses.ResponsesRoute;
import io.jgemma.server.run.Service;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Everything that is served: each path with and without {@code /v1}. */
final class Routes {
    private final List<Route> routes = new ArrayList<>();
    private final Draining draining;

    private Routes(Draining draining) {
        this.draining = draining;
    }

    static List<Route> of(
            Service service, Optional<ServerMetrics> metrics, Optional<Page> page, boolean slots, Draining draining) {
        Routes all = new Routes(draining);
        Health health = new Health(service);
        all.routes.add(Route.open("/health", health::handle));
        all.routes.add(Route.open("/v1/health", health::handle));
        page.ifPresentOrElse(
                shown -> all.routes.addAll(shown.routes()), () -> all.routes.add(Route.open("/", health::handle)));
        all.routes.add(Route.get("/openapi.yaml", exchange -> exchange.text("application/yaml", openApi())));
        all.get("/models", new ModelList(service)::handle);
        all.post("/chat/completions", new ChatCompletions(service)::handle);
        all.post("/completions", new Completions(service)::handle);
        all.post("/embeddings", new Embeddings(service)::handle);
        all.post("/responses", new ResponsesRoute(service)::handle);
        all.post("/messages", new MessagesRoute(service)::handle);
        all.post("/messages/count_tokens", new MessagesRoute(service)::countTokens);
        all.llamacpp(service, slots);
        all.routes.add(Route.get("/metrics", exchange -> scrape(exchange, metrics.orElseThrow(() -> off("metrics")))));
        return List.copyOf(all.routes);
    }

    private static void scrape(Exchange exchange, ServerMetrics metrics) {
        exchange.header("Process-Start-Time-Unix", Long.toString(metrics.began().getEpochSecond()));
        exchange.text(ServerMetrics.CONTENT_TYPE, metrics.scrape());
    }

    private static ApiException off(String what) {
        return new ApiException(
                ApiException.Kind.NOT_SUPPORTED, "this server was started with --no-" + what + ": it tells none");
    }

    /** The description of all routes. */
    static String openApi() {
        try (InputStream in = Routes.class.getResourceAsStream("openapi.yaml")) {
            return new String(
                    Objects.requireNonNull(in, "the jar lacks openapi.yaml").readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void llamacpp(Service service, boolean slots) {
        Completion completion = new Completion(service);
        routes.add(work("/completion", completion::complete));
        routes.add(work("/infill", completion::infill));
        TextRoutes texts = new TextRoutes(service);
        post("/chat/completions/input_tokens", texts::countTokens);
        routes.add(work("/tokenize", texts::tokenize));
        routes.add(work("/detokenize", texts::detokenize));
        routes.add(work("/apply-template", texts::applyTemplate));
        routes.add(Route.get("/props", texts::props));
        SlotList list = new SlotList(service);
        routes.add(Route.get("/slots", exchange -> {
            if (!slots) {
                throw off("slots");
            }
            list.handle(exchange);
        }));
    }

    private void get(String path, Route.Handler handler) {
        routes.add(Route.get("/v1" + path, handler));
        routes.add(Route.get(path, handler));
    }

    private void post(String path, Route.Handler handler) {
        routes.add(work("/v1" + path, handler));
        routes.add(work(path, handler));
    }

    private Route work(String path, Route.Handler handler) {
        return Route.post(path, exchange -> {
            draining.requireOpen();
            handler.handle(exchange);
        });
    }
}
