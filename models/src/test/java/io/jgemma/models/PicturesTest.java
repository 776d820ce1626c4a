package io.jgemma.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.Session;
import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.chat.ContentPart;
import io.jgemma.engine.generation.GenerationRequest;
import io.jgemma.engine.generation.GenerationResult;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.nn.InputRows;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.engine.vision.PictureException;
import io.jgemma.engine.vision.PictureOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The embedded model with its projector, against what transformers computed in float32. */
final class PicturesTest {

    private static final int SOFT_TOKEN = 8;

    @TempDir
    private Path folder;

    private static byte[] picture(String name) {
        return bytes("/pictures/" + name);
    }

    private static byte[] bytes(String resource) {
        try (InputStream in =
                Objects.requireNonNull(PicturesTest.class.getResourceAsStream(resource), () -> "no " + resource)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ContentPart.Image image(String name) {
        return new ContentPart.Image(name, picture(name));
    }

    private static List<ChatMessage> messages(JsonNode item) {
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode message : item.get("messages")) {
            List<ContentPart> parts = new ArrayList<>();
            if (message.get("content").isTextual()) {
                parts.add(new ContentPart.Text(message.get("content").asText()));
            } else {
                for (JsonNode part : message.get("content")) {
                    parts.add(
                            part.get("type").asText().equals("image")
                                    ? image(item.get("image").asText())
                                    : new ContentPart.Text(part.get("text").asText()));
                }
            }
            messages.add(new ChatMessage(message.get("role").asText(), parts, List.of(), null, null, null));
        }
        return messages;
    }

    private static Prompt.Chat chat(List<ChatMessage> messages) {
        return new Prompt.Chat(messages, List.of(), Map.of());
    }

    private static GenerationRequest request(List<ChatMessage> messages) {
        return GenerationRequest.builder(chat(messages))
                .sampling(SamplerOptions.greedy())
                .maxTokens(40)
                .build();
    }

    private static EngineOptions options(String layout) {
        return EngineOptions.embedded()
                .withThreads(2)
                .withPictures(PictureOptions.DEFAULT.withBareLayout(layout.equals("llama.cpp")));
    }

    private static void verifyRows(float[] rows, JsonNode expected, double bound) {
        int columns = expected.get("cols").asInt();
        assertThat(rows).hasSize(expected.get("rows").asInt() * columns);
        double sum = 0;
        for (int r = 0; r < expected.get("rows").asInt(); r++) {
            double squares = 0;
            for (int i = 0; i < columns; i++) {
                squares += (double) rows[r * columns + i] * rows[r * columns + i];
                sum += rows[r * columns + i];
            }
            double norm = expected.get("row_norms").get(r).asDouble();
            assertThat(Math.sqrt(squares)).isBetween(norm * (1 - bound), norm * (1 + bound));
            for (int i = 0; i < 8 && (r == 0 || r == 15); i++) {
                double value = expected.get("row" + r + "_first8").get(i).asDouble();
                assertThat((double) rows[r * columns + i]).isBetween(value - bound * norm, value + bound * norm);
            }
        }
        assertThat(sum)
                .isBetween(
                        expected.get("sum").asDouble() - 1, expected.get("sum").asDouble() + 1);
    }

    @ParameterizedTest
    @EnumSource(
            value = KernelSet.class,
            names = {"AUTO", "VECTOR", "SCALAR"})
    void rowsOfPicturesAreTheReferences(KernelSet kernels) {
        try (Engine engine = Engine.open(options("hf").withKernels(kernels))) {
            for (JsonNode item : Golden.resource("demo.json").get("items")) {
                if (item.path("image_layout").asText().equals("hf")) {
                    InputRows rows = engine.input(chat(messages(item)));
                    verifyRows(
                            rows.blocks().getFirst().values().get().toArray(ValueLayout.JAVA_FLOAT),
                            item.get("image_embeddings"),
                            1e-3);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hf", "llama.cpp"})
    void answersAreTheReferences(String layout) {
        try (Engine engine = Engine.open(options(layout))) {
            int count = 0;
            for (JsonNode item : Golden.resource("demo.json").get("items")) {
                if (!item.path("image_layout").asText().equals(layout)) {
                    continue;
                }
                try (Session session = engine.newSession()) {
                    GenerationResult result = session.generate(request(messages(item)), event -> {});
                    int[] ids = Arrays.stream(result.promptIds())
                            .map(id -> InputRows.embedded(id) ? SOFT_TOKEN : id)
                            .toArray();
                    assertThat(ids).isEqualTo(Golden.ints(item.get("tokens")));
                    assertThat(result.text()).isEqualTo(item.get("greedy_text").asText());
                    count++;
                }
            }
            assertThat(count).isEqualTo(6);
        }
    }

    @Test
    void aConversationOfThreePicturesIsAsIfItWereNew() {
        AtomicInteger encoded = new AtomicInteger();
        PictureOptions pictures = PictureOptions.DEFAULT.withListener((done, total) -> encoded.addAndGet(done));
        List<ContentPart.Image> shown =
                List.of(image("red_circle.png"), image("three_shapes.png"), image("blue_square_yellow_star.png"));
        List<ChatMessage> messages = new ArrayList<>();
        try (Engine engine = Engine.open(options("hf").withPictures(pictures));
                Session session = engine.newSession()) {
            for (int turn = 0; turn < 6; turn++) {
                List<ContentPart.Image> now = turn % 2 == 0 ? List.of(shown.get(turn / 2)) : List.of();
                messages.add(ChatMessage.user(
                        now, turn % 2 == 0 ? "What is in this picture?" : "How many shapes are there?"));
                GenerationResult result = session.generate(request(messages), event -> {});
                try (Session fresh = engine.newSession()) {
                    assertThat(fresh.generate(request(messages), event -> {}).text())
                            .isEqualTo(result.text());
                }
                assertThat(result.timings().promptTokens()).as("rows computed").isLessThan(40);
                messages.add(ChatMessage.assistant(result.text()));
            }
            assertThat(encoded).as("pictures encoded").hasValue(3);
        }
    }

    @Test
    void picturesOfOneMessageAreEncodedTogether() {
        List<String> passes = new ArrayList<>();
        PictureOptions pictures = PictureOptions.DEFAULT.withListener((done, total) -> passes.add(done + "/" + total));
        ContentPart.Image red = image("red_circle.png");
        ChatMessage message = ChatMessage.user(List.of(red, image("digit_7.png"), red), "What is in these pictures?");
        try (Engine engine = Engine.open(options("hf").withPictures(pictures))) {
            InputRows rows = engine.input(chat(List.of(message)));
            assertThat(rows.blocks()).hasSize(3);
            List<float[]> values = rows.blocks().stream()
                    .map(block -> block.values().get().toArray(ValueLayout.JAVA_FLOAT))
                    .toList();
            assertThat(passes).containsExactly("0/2", "2/2");
            assertThat(values.get(2)).isEqualTo(values.get(0)).isNotEqualTo(values.get(1));
            InputRows alone = engine.input(chat(List.of(ChatMessage.user(List.of(red), "?"))));
            assertThat(alone.ids()[alone.blocks().getFirst().firstRow()])
                    .isEqualTo(rows.ids()[rows.blocks().getFirst().firstRow()]);
        }
    }

    @Test
    void whatSomebodyWroteTakesNoPicturesPlace() {
        ChatMessage message = ChatMessage.user(List.of(image("red_circle.png")), "Is <start_of_image> a token?");
        try (Engine engine = Engine.open(options("hf"))) {
            InputRows rows = engine.input(chat(List.of(message)));
            assertThat(rows.blocks()).hasSize(1);
            assertThat(rows.blocks().getFirst().firstRow()).isEqualTo(5);
        }
    }

    private Path demoProjector(String name) throws IOException {
        return Files.write(folder.resolve(name), bytes("/io/jgemma/models/mmproj-jgemma-demo-f16.gguf"));
    }

    private Path model(String name) throws IOException {
        return Files.write(folder.resolve("model.gguf"), bytes("/golden/" + name));
    }

    @Test
    void aProjectorBesideTheModelIsFound() throws IOException {
        Path model = Files.write(folder.resolve("demo.gguf"), bytes("/io/jgemma/models/jgemma-demo-q4_0.gguf"));
        Path projector = demoProjector("mmproj-demo.gguf");
        Files.writeString(folder.resolve("mmproj-broken.gguf"), "no GGUF");
        try (Engine engine = Engine.open(EngineOptions.of(model))) {
            assertThat(engine.projectorFile()).contains(projector);
            assertThat(engine.input(chat(List.of(ChatMessage.user(List.of(image("red_circle.png")), "?"))))
                            .blocks())
                    .hasSize(1);
        }
    }

    @Test
    void withoutAProjectorOneSentenceSaysWhatToDo() throws IOException {
        ChatMessage message = ChatMessage.user(List.of(image("red_circle.png")), "What is it?");
        try (Engine engine = Engine.open(EngineOptions.of(model("gemma3-tiny-q4_0.gguf")))) {
            assertThatThrownBy(() -> engine.input(chat(List.of(message))))
                    .isInstanceOf(PictureException.class)
                    .hasMessage("the model has no projector for pictures: name its file, mmproj-*.gguf as a rule, with"
                            + " --mmproj");
        }
    }

    @Test
    void projectorsThatDoNotFitAreRefusedWithTheFigures() throws IOException {
        Path model = model("gemma3-tiny-q4_0.gguf");
        assertThatThrownBy(() -> open(model, model))
                .hasMessageContaining("is a model of architecture 'gemma3', no projector");
        Path narrow = patched("clip.vision.projection_dim", 256, 255);
        assertThatThrownBy(() -> open(model, narrow))
                .hasMessageContaining("makes rows of 255 numbers, but the model's have 256");
        Path wide = patched("clip.vision.projector.scale_factor", 2, 3);
        assertThatThrownBy(() -> open(model, wide))
                .hasMessageContaining(
                        "clip.vision.projector.scale_factor is 3, expected a divisor of the 8 patches of a side");
    }

    private static void open(Path model, Path projector) {
        Engine.open(EngineOptions.of(model).withPictures(PictureOptions.DEFAULT.withProjector(projector)))
                .close();
    }

    /** The demo's projector with another number at a key. */
    private Path patched(String key, int from, int to) throws IOException {
        byte[] file = bytes("/io/jgemma/models/mmproj-jgemma-demo-f16.gguf");
        String text = new String(file, StandardCharsets.ISO_8859_1);
        int at = text.indexOf(key) + key.length() + Integer.BYTES;
        assertThat((file[at] & 0xff) | ((file[at + 1] & 0xff) << 8)).isEqualTo(from);
        file[at] = (byte) to;
        file[at + 1] = (byte) (to >> 8);
        return Files.write(folder.resolve("patched-" + to + ".gguf"), file);
    }
}
