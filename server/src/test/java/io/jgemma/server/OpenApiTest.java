package io.jgemma.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.jgemma.engine.EngineOptions;
import io.jgemma.server.http.Route;
import io.jgemma.server.metrics.ServerMetrics;
import io.jgemma.server.models.Models;
import io.jgemma.server.request.Pictures;
import io.jgemma.server.request.Thinking;
import io.jgemma.server.run.Admission;
import io.jgemma.server.run.Answers;
import io.jgemma.server.run.Constraints;
import io.jgemma.server.run.Ids;
import io.jgemma.server.run.Service;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The description of what is served says what is served. */
class OpenApiTest {

    @Test
    void namesEveryRouteAndNoOther() throws IOException {
        JsonNode api = new YAMLMapper().readTree(Routes.openApi());
        List<String> described = new ArrayList<>();
        api.get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(operation -> described.add(operation.getKey().toUpperCase(Locale.ROOT) + " "
                                + path.getKey() + (operation.getValue().has("security") ? " open" : ""))));

        try (Models models = new Models(
                        List.of(TestServer.demo("demo", EngineOptions.embedded())), Long.MAX_VALUE, given -> given);
                ServerMetrics metrics = new ServerMetrics(models, new Admission(1, 1))) {
            Ids ids = new Ids(new Random(1));
            Service service = new Service(
                    models,
                    new Admission(1, 1),
                    new Answers(metrics, ids, Duration.ofSeconds(1)),
                    new Constraints(),
                    new Service.Limits(OptionalInt.empty(), OptionalInt.empty(), Optional.empty()),
                    Thinking.DEFAULT,
                    () -> Pictures.NOT_FETCHED,
                    ids,
                    InstantSource.system());
            List<String> served =
                    Routes.of(service, Optional.of(metrics), Optional.empty(), true, new Draining()).stream()
                            .map(OpenApiTest::line)
                            .toList();
            assertThat(described).containsExactlyInAnyOrderElementsOf(served);
        }
    }

    private static String line(Route route) {
        return route.method() + " " + route.path() + (route.open() ? " open" : "");
    }

    @Test
    void refersToSchemasThatAreThere() throws IOException {
        JsonNode api = new YAMLMapper().readTree(Routes.openApi());
        List<String> missing = new ArrayList<>();
        for (String reference : api.findValuesAsText("$ref")) {
            if (api.at(reference.substring(1)).isMissingNode()) {
                missing.add(reference);
            }
        }
        assertThat(missing).isEmpty();
    }
}
