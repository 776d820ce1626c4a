package io.jgemma.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.Session;
import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.chat.ContentPart;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.engine.vision.PictureOptions;
import io.jgemma.engine.vision.PictureWriter;
import io.jgemma.engine.vision.Projector;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A picture is encoded while other sequences go on. */
final class PicturesInCompanyTest {

    private static final int SECONDS = 20;

    private static GenerationRequest request(List<ContentPart.Image> images, String text) {
        return GenerationRequest.builder(new Prompt.Chat(List.of(ChatMessage.user(images, text)), List.of(), Map.of()))
                .sampling(SamplerOptions.greedy())
                .maxTokens(12)
                .build();
    }

    private static String answer(Engine engine, GenerationRequest request) {
        try (Session session = engine.newSession()) {
            return session.generate(request, event -> {}).text();
        }
    }

    private static Engine open(Projector.Listener listener) {
        return Engine.open(EngineOptions.embedded()
                .withThreads(2)
                .withContextTokens(512)
                .withPictures(PictureOptions.DEFAULT.withListener(listener)));
    }

    private static ContentPart.Image square() {
        BufferedImage square = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 64 * 64; i++) {
            square.setRGB(
                    i % 64,
                    i / 64,
                    (i / 64 > 15 && i / 64 < 48 && i % 64 > 15 && i % 64 < 48 ? Color.RED : Color.WHITE).getRGB());
        }
        return PictureWriter.image("square", square);
    }

    @Test
    void othersAnswerWhileAPictureIsEncoded() throws Exception {
        CountDownLatch encoding = new CountDownLatch(1);
        CountDownLatch others = new CountDownLatch(1);
        Projector.Listener listener = (done, total) -> {
            if (done == 0) {
                encoding.countDown();
                assertThat(wait(others))
                        .as("another answer, while this picture is encoded")
                        .isTrue();
            }
        };
        try (Engine engine = open(listener)) {
            CompletableFuture<String> seen = CompletableFuture.supplyAsync(
                    () -> answer(engine, request(List.of(square()), "What is in this picture?")));
            assertThat(wait(encoding)).as("encoding begins").isTrue();
            assertThat(answer(engine, request(List.of(), "Hello"))).isNotEmpty();
            others.countDown();
            assertThat(seen.get(SECONDS, TimeUnit.SECONDS)).contains("red square");
        }
    }

    @Test
    void aPictureThatCannotBeEncodedEndsItsOwnRequestOnly() {
        Projector.Listener listener = (done, total) -> {
            throw new IllegalStateException("the tower failed");
        };
        try (Engine engine = open(listener)) {
            assertThatThrownBy(() -> answer(engine, request(List.of(square()), "What is in this picture?")))
                    .hasStackTraceContaining("the tower failed");
            assertThat(answer(engine, request(List.of(), "Hello"))).isNotEmpty();
        }
    }

    private static boolean wait(CountDownLatch latch) {
        try {
            return latch.await(SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
