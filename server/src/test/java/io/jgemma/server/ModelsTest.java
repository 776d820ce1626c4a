package io.jgemma.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.model.EmbeddedModel;
import io.jgemma.engine.plan.Offload;
import io.jgemma.server.models.ModelDefinition;
import io.jgemma.server.models.ModelDirectory;
import io.jgemma.server.models.ModelFile;
import io.jgemma.server.models.Models;
import io.jgemma.server.models.Stay;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several models: loaded on first use, unloaded when idle or in the way. */
class ModelsTest {
    private static final EngineOptions SMALL = EngineOptions.embedded().withContextTokens(256);

    private static String ask(String model, String more) {
        return TestServer.HELLO + ",\"max_tokens\":1,\"model\":\"" + model + "\"" + more + "}";
    }

    private static String states(TestServer server) {
        StringBuilder states = new StringBuilder();
        for (JsonNode model : server.get("/v1/models").json().get("data")) {
            states.append(model.get("status").get("value").textValue()).append(' ');
        }
        return states.toString().strip();
    }

    @Test
    void loadsOnFirstUseAndUnloadsWhatIsInTheWay() {
        List<ModelDefinition> both = List.of(TestServer.demo("one", SMALL), TestServer.demo("two", SMALL));
        long enoughForOne = Models.neededBytes(both.getFirst()) * 3 / 2;
        try (TestServer server = new TestServer(options -> {}, new Models(both, enoughForOne, given -> given))) {
            assertThat(states(server)).isEqualTo("unloaded unloaded");
            assertThat(server.post("/v1/chat/completions", ask("two", "")).status())
                    .isEqualTo(200);
            assertThat(states(server)).isEqualTo("unloaded loaded");
            assertThat(server.post("/v1/chat/completions", ask("one-alias", "")).status())
                    .isEqualTo(200);
            assertThat(states(server)).isEqualTo("loaded unloaded");
        }
    }

    @Test
    void unloadsAfterItsTime() throws InterruptedException {
        try (TestServer server = new TestServer(options -> {}, List.of(TestServer.demo("one", SMALL)))) {
            server.post("/v1/chat/completions", ask("one", ",\"keep_alive\":0"));
            assertThat(states(server)).isEqualTo("unloaded");
            server.post("/v1/chat/completions", ask("one", ",\"ttl\":1"));
            assertThat(states(server)).isEqualTo("loaded");
            for (int i = 0; i < 100 && states(server).equals("loaded"); i++) {
                Thread.sleep(50);
            }
            assertThat(states(server)).isEqualTo("unloaded");
        }
    }

    @Test
    void saysThatAModelCannotBeLoadedWithoutItsPath(@TempDir Path folder) throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.gguf"), "GGUF?");
        ModelDefinition model = TestServer.demo("broken", EngineOptions.of(broken));
        try (TestServer server = new TestServer(options -> {}, List.of(model))) {
            TestServer.Answer answer = server.post("/v1/chat/completions", ask("broken", ""));

            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.error().get("message").textValue())
                    .contains("'broken' cannot be loaded")
                    .doesNotContain(folder.toString());
            assertThat(server.get("/v1/models").status()).isEqualTo(200);
        }
    }

    @Test
    void goesOnWithAFileThatIsReplacedByAnother(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("demo.gguf");
        Files.write(file, demoBytes());
        try (TestServer server = new TestServer(
                options -> {},
                List.of(TestServer.demo("file", EngineOptions.of(file).withContextTokens(256))))) {
            server.post("/v1/chat/completions", ask("file", ""));
            Files.move(Files.writeString(folder.resolve("new"), "GGUF?"), file, StandardCopyOption.REPLACE_EXISTING);

            assertThat(server.post("/v1/chat/completions", ask("file", "")).status())
                    .isEqualTo(200);
            assertThat(server.post("/v1/chat/completions", ask("file", ",\"keep_alive\":0"))
                            .status())
                    .isEqualTo(200);
            assertThat(server.post("/v1/chat/completions", ask("file", "")).status())
                    .isEqualTo(500);
        }
    }

    private static byte[] demoBytes() throws IOException {
        EmbeddedModel demo = ServiceLoader.load(EmbeddedModel.class).findFirst().orElseThrow();
        try (InputStream in = demo.open()) {
            return in.readAllBytes();
        }
    }

    @Test
    void readsAListOfModels(@TempDir Path folder) throws IOException {
        Files.createFile(folder.resolve("a.gguf"));
        Files.createFile(folder.resolve("mmproj.gguf"));
        Path file = Files.writeString(folder.resolve("models.yaml"), """
                models:
                  - name: main
                    aliases: [gpt-4o]
                    path: a.gguf
                    mmproj: mmproj.gguf
                    context: 102400
                    parallel: 4
                    gpu-layers: all
                    cache-type-k: q4_0
                    ttl: -1
                    sampling: {temperature: 0.5, top-k: 10}
                """);

        ModelDefinition model = ModelFile.read(
                        file,
                        path -> EngineOptions.of(path.orElseThrow()),
                        base -> base,
                        Optional.of(Duration.ofMinutes(10)))
                .getFirst();

        assertThat(model.names()).containsExactly("main", "gpt-4o");
        assertThat(model.options().contextTokens()).isEqualTo(102400);
        assertThat(model.options().keyType().name()).isEqualTo("Q4_0");
        assertThat(model.options().maxRunning()).isEqualTo(4);
        assertThat(model.options().offload().layers()).isEqualTo(Offload.ALL);
        assertThat(model.options().pictures().file()).contains(folder.resolve("mmproj.gguf"));
        assertThat(model.ttl()).isEmpty();
        assertThat(model.sampling()
                        .apply(io.jgemma.engine.sample.SamplerOptions.builder()
                                .topK(64)
                                .topP(0.95f)
                                .build())
                        .topK())
                .isEqualTo(10);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "modles: []|the key 'modles' is not known",
                "models: [{path: a.gguf, contxt: 5}]|the key 'models[0].contxt' is not known",
                "models: [{path: a.gguf, draft: b.gguf}]|the key 'models[0].draft' is not known",
                "models: [{path: google/gemma-3-1b-it-qat-q4_0-gguf}]|there is no file",
                "models: [{path: a.gguf, gpu-layers: most}]|models[0].gpu-layers is a string",
                "models: [{name: x}]|models[0].path is missing",
                "models: [{path: b.gguf}]|there is no file",
                "models: [{path: a.gguf, cache-type-k: q9}]|expected one of",
                "models: []|lists no models",
                "models: [{|is not YAML"
            })
    void refusesAListThatMakesNoSense(String yaml, String message, @TempDir Path folder) throws IOException {
        Files.createFile(folder.resolve("a.gguf"));
        Path file = Files.writeString(folder.resolve("models.yaml"), yaml);

        assertThatThrownBy(() -> ModelFile.read(
                        file, path -> EngineOptions.of(path.orElseThrow()), base -> base, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("models.yaml");
    }

    @Test
    void findsFilesInAFolder(@TempDir Path folder) throws IOException {
        for (String name :
                List.of("b-00001-of-00002.gguf", "b-00002-of-00002.gguf", "a.GGUF", "mmproj-a.gguf", "note.txt")) {
            Files.createFile(folder.resolve(name));
        }

        assertThat(ModelDirectory.files(folder).stream().map(ModelDirectory::name))
                .containsExactly("a", "b");
    }

    @ParameterizedTest
    @CsvSource({"90,90", "10m,600", "1h,3600", "-1,", "0,0", "5s,5"})
    void readsTimes(String text, Long seconds) {
        assertThat(Stay.parse(text).orElseThrow().time())
                .isEqualTo(Optional.ofNullable(seconds).map(Duration::ofSeconds));
        assertThat(Stay.parse("soon")).isEmpty();
    }
}
