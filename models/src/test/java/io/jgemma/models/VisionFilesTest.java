package io.jgemma.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.chat.ContentPart;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.gguf.GgufValueType;
import io.jgemma.engine.gguf.GgufWriter;
import io.jgemma.engine.quant.QuantEncoder;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.vision.PictureOptions;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Projector files as converters of different times and with different types have written them, each against the embedded one. */
final class VisionFilesTest {

    @TempDir
    private Path folder;

    private static InputStream resource(String name) {
        return Objects.requireNonNull(VisionFilesTest.class.getResourceAsStream(name), () -> "no " + name);
    }

    /** The embedded projector, written anew with matrices of a type and other names. */
    private Path written(QuantEncoder type, UnaryOperator<String> names) throws IOException {
        GgufWriter writer = new GgufWriter();
        try (InputStream in = resource("/io/jgemma/models/mmproj-jgemma-demo-f16.gguf");
                GgufFile file = GgufFile.read("demo", in)) {
            for (String key : file.metadata().keys()) {
                if (file.metadata().type(key) == GgufValueType.ARRAY) {
                    float[] values = file.metadata().floats(key);
                    writer.floats(key, List.of(values[0], values[1], values[2]));
                } else {
                    writer.put(key, file.metadata().type(key), file.metadata().value(key));
                }
            }
            for (GgufTensor tensor : file.tensors()) {
                float[] values = new float[Math.toIntExact(tensor.elements())];
                tensor.type().decode(tensor.data(), 0, values, 0, values.length);
                boolean matrix = tensor.rank() == 2 && tensor.columns() % type.blockSize() == 0;
                QuantEncoder to = matrix ? type : (QuantEncoder) tensor.type();
                byte[] blocks = new byte[Math.toIntExact(to.bytes(values.length))];
                to.encode(values, 0, values.length, MemorySegment.ofArray(blocks), 0);
                writer.tensor(names.apply(tensor.name()), to, tensor.shape(), blocks);
            }
        }
        return writer.write(folder.resolve("projector-" + type.name() + ".gguf"));
    }

    private float[] rows(PictureOptions pictures) throws IOException {
        Path model = folder.resolve("model.gguf");
        if (!Files.exists(model)) {
            try (InputStream in = resource("/io/jgemma/models/jgemma-demo-q4_0.gguf")) {
                Files.copy(in, model);
            }
        }
        byte[] picture;
        try (InputStream in = resource("/pictures/three_shapes.png")) {
            picture = in.readAllBytes();
        }
        ChatMessage message = ChatMessage.user(List.of(new ContentPart.Image("shapes", picture)), "How many?");
        try (Engine engine = Engine.open(EngineOptions.of(model).withPictures(pictures))) {
            return engine.input(new Prompt.Chat(List.of(message), List.of(), Map.of()))
                    .blocks()
                    .getFirst()
                    .values()
                    .get()
                    .toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    private float[] rows(Path projector) throws IOException {
        return rows(PictureOptions.DEFAULT.withProjector(projector));
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            squaresA += (double) a[i] * a[i];
            squaresB += (double) b[i] * b[i];
        }
        return product / Math.sqrt(squaresA * squaresB);
    }

    @Test
    void matricesMayBeOfAnyType() throws IOException {
        float[] expected = rows(written(QuantTypes.F16, UnaryOperator.identity()));
        assertThat(cosine(rows(written(QuantTypes.F32, UnaryOperator.identity())), expected))
                .isGreaterThan(0.999999);
        assertThat(cosine(rows(written(QuantTypes.BF16, UnaryOperator.identity())), expected))
                .isGreaterThan(0.9999);
        assertThat(cosine(rows(written(QuantTypes.Q8_0, UnaryOperator.identity())), expected))
                .isGreaterThan(0.999);
        assertThat(cosine(rows(written(QuantTypes.Q4_0, UnaryOperator.identity())), expected))
                .isGreaterThan(0.9);
    }

    @Test
    void swappedNamesAreToldByTheirShapes() throws IOException {
        float[] expected = rows(written(QuantTypes.F16, UnaryOperator.identity()));
        float[] swapped = rows(written(
                QuantTypes.F16,
                name -> name.contains("ffn_up")
                        ? name.replace("ffn_up", "ffn_down")
                        : name.replace("ffn_down", "ffn_up")));
        assertThat(swapped).isEqualTo(expected);
    }
}
