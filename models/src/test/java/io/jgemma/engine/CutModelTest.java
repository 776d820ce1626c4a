package io.jgemma.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.generation.GenerationEvent;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody cuts the model's file while it answers. */
class CutModelTest {
    @TempDir
    private Path folder;

    private Path model = Path.of("");

    @BeforeEach
    void copyModel() throws IOException {
        model = folder.resolve("m.gguf");
        try (InputStream tiny =
                Objects.requireNonNull(CutModelTest.class.getResourceAsStream("/golden/llama-tiny-q4_0.gguf"))) {
            Files.copy(tiny, model);
        }
    }

    private static void cut(Path file) {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.setLength(100_000);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private EngineOptions options() {
        return EngineOptions.of(model).withRepack(false).withContextTokens(256).withThreads(2);
    }

    private static GenerationResult generate(Session session, Runnable once) {
        AtomicBoolean done = new AtomicBoolean();
        return session.generate(
                GenerationRequest.text("Some text.").withMaxTokens(40).withIgnoreEnd(true), event -> {
                    if (event instanceof GenerationEvent.Text && !done.getAndSet(true)) {
                        once.run();
                    }
                });
    }

    @Test
    void theAnswerEndsInASentenceAndEverythingIsFreed() {
        Engine engine = Engine.open(options());
        try (engine;
                Session session = engine.newSession()) {
            assertThatThrownBy(() -> generate(session, () -> cut(model)))
                    .hasStackTraceContaining(model + ": file: it had ")
                    .hasStackTraceContaining(" bytes when it was opened and has 100000 now");
            try (Session next = engine.newSession()) {
                assertThatThrownBy(() -> generate(next, () -> {})).hasStackTraceContaining("has 100000 now");
            }
        }
        assertThat(engine.openBuffers()).isZero();
    }

    @Test
    void aCopyInMemoryHarmsNobody() {
        try (Engine engine = Engine.open(options().withMapped(false));
                Session session = engine.newSession()) {
            assertThat(generate(session, () -> cut(model)).ids()).hasSize(40);
        }
    }

    @Test
    void aFileThatWasReplacedHarmsNobody() throws IOException {
        try (Engine engine = Engine.open(options());
                Session session = engine.newSession()) {
            Files.move(model, folder.resolve("old.gguf"));
            Files.write(model, new byte[10]);

            assertThat(generate(session, () -> {}).ids()).hasSize(40);
        }
    }
}
