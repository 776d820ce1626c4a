package io.jgemma.server;

import io.jgemma.engine.EngineOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * What FlowDown sends, on Qwen 2.5 Coder 0.5B, with {@code -Djgemma.long=true}. The file lies in {@code $JGEMMA_MODELS}, by
 * default {@code ~/.cache/jgemma/models}.
 */
@EnabledIfSystemProperty(named = "jgemma.long", matches = "true")
class FlowDownQwenTest extends FlowDownReplay {
    private static final String FILE = "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf";

    private @Nullable TestServer server;

    @Override
    TestServer server() {
        if (server == null) {
            Path file = folder().resolve(FILE);
            Assumptions.assumeTrue(Files.exists(file), () -> FILE + " is not there");
            server = new TestServer(
                    options -> {},
                    List.of(TestServer.demo("demo", EngineOptions.of(file).withContextTokens(4096))));
        }
        return server;
    }

    @AfterAll
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static Path folder() {
        String folder = System.getenv("JGEMMA_MODELS");
        return folder == null || folder.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache", "jgemma", "models")
                : Path.of(folder);
    }
}
