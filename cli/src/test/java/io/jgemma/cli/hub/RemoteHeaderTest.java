package io.jgemma.cli.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.MemoryEstimate;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.model.ModelFiles;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RemoteHeaderTest {

    @Test
    void planOfAHeaderIsThatOfTheFile() throws IOException {
        byte[] model;
        byte[] tower;
        try (InputStream in = Objects.requireNonNull(ModelFiles.embedded()).open();
                InputStream projector = Objects.requireNonNull(ModelFiles.embedded())
                        .openProjector()
                        .orElseThrow()) {
            model = in.readAllBytes();
            tower = projector.readAllBytes();
        }
        EngineOptions options = EngineOptions.embedded().withContextTokens(1024);
        try (HubDouble remote = new HubDouble().with("m-Q4_0.gguf", model).with("mmproj-m-f16.gguf", tower);
                Hub hub = new Hub(
                        URI.create(remote.endpoint()),
                        Optional.of("secret"),
                        HttpClient.newHttpClient(),
                        new Retries(time -> {}));
                RemoteHeader header = RemoteHeader.open(hub, "hf:o/r:Q4_0");
                GgufFile whole = Engine.openFile(null)) {
            assertThat(MemoryEstimate.of(header.model(), options)).isEqualTo(MemoryEstimate.of(whole, options));
            assertThat(header.projector()).map(MemoryEstimate::tower).hasValueSatisfying(plan -> {
                assertThat(plan.weightsBytes()).isBetween(tower.length / 2L, 2L * tower.length);
                assertThat(plan.bufferBytes()).isPositive();
            });
            assertThat(header.fetchedBytes()).isLessThan(model.length);
            assertThat(remote.leaked).as("tokens that reached the other host").isEmpty();
        }
    }
}
