package io.jgemma.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.gguf.GgufValueType;
import io.jgemma.engine.gguf.GgufWriter;
import io.jgemma.engine.model.Weights;
import io.jgemma.engine.quant.QuantEncoder;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.vision.PictureReader;
import io.jgemma.engine.vision.VisionArchitecture;
import io.jgemma.engine.vision.VisionContext;
import io.jgemma.engine.vision.VisionEncoder;
import io.jgemma.engine.vision.VisionSpec;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The tower of Gemma 3 on a backend against transformers' SiglipVisionModel and Gemma3MultiModalProjector: random weights, heads of
 * 72, patches of 14, rows that are no multiple of 32, so that no matrix can be Q8_0. {@code tools/vision-reference.py --tiny}
 * wrote the files.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class VisionTowerContract {

    /** Cosine and largest error, as a share of a row's norm, that each type must keep to. */
    private record Bound(QuantEncoder type, double cosine, double error) {}

    private static final List<Bound> BOUNDS = List.of(
            new Bound(QuantTypes.F32, 0.99999, 1e-3),
            new Bound(QuantTypes.F16, 0.99999, 1e-3),
            new Bound(QuantTypes.BF16, 0.9999, 1e-2));

    @TempDir
    Path folder;

    /** Names of the backends to test. */
    protected abstract List<String> ways();

    /** Opens one of them. */
    protected abstract Backend open(String way);

    /** Looks at what happened on the backend, before it is closed. */
    protected void encoded(String way, String type) {}

    private static InputStream resource(String name) {
        String path = "/golden/vision/" + name;
        return Objects.requireNonNull(VisionTowerContract.class.getResourceAsStream(path), () -> "no " + path);
    }

    private static float[] floats(byte[] littleEndian) {
        float[] values = new float[littleEndian.length / Float.BYTES];
        ByteBuffer.wrap(littleEndian)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        return values;
    }

    /** Rows of a picture of exactly the tower's size, which stands in the middle of so many. */
    private static float[] encode(Backend backend, GgufFile file, byte[] png, int pictures) {
        VisionArchitecture architecture = new Gemma3Vision();
        VisionSpec spec = architecture.spec(file);
        float[] planes = new PictureReader(PictureReader.DEFAULT_MOST_PIXELS)
                .read(png, "picture.png")
                .normalised(spec.mean(), spec.deviation());
        try (Weights weights = new Weights(file, backend, bytes -> {});
                VisionEncoder encoder = architecture.encoder(new VisionContext(spec, backend, weights))) {
            float[][] batch = new float[Math.min(pictures, encoder.mostPictures())][];
            for (int i = 0; i < batch.length; i++) {
                batch[i] = planes.clone();
                if (i != batch.length / 2) {
                    Arrays.fill(batch[i], 0, planes.length / 2, 0.25f * i);
                }
            }
            float[] rows = backend.read(encoder.encode(Arrays.asList(batch))).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
            int size = rows.length / batch.length;
            int from = batch.length / 2 * size;
            return Arrays.copyOfRange(rows, from, from + size);
        }
    }

    /** Compares the rows of a projector with those that lie beside it. */
    protected static void rowsAreTransformers(Backend backend, Path projector, double leastCosine, double mostError)
            throws IOException {
        try (GgufFile file = GgufFile.open(projector)) {
            float[] rows = encode(backend, file, Files.readAllBytes(projector.resolveSibling("picture.png")), 1);
            float[] expected = floats(Files.readAllBytes(projector.resolveSibling("rows.f32")));
            verify(rows, expected, new Gemma3Vision().spec(file).outputs(), leastCosine, mostError);
        }
    }

    /** Compares row by row. */
    private static void verify(float[] rows, float[] expected, int columns, double leastCosine, double mostError) {
        assertThat(rows).hasSameSizeAs(expected);
        double product = 0;
        double squares = 0;
        double expectedSquares = 0;
        double worst = 0;
        for (int row = 0; row < rows.length; row += columns) {
            double norm = 0;
            double largest = 0;
            for (int i = row; i < row + columns; i++) {
                product += (double) rows[i] * expected[i];
                squares += (double) rows[i] * rows[i];
                norm += (double) expected[i] * expected[i];
                largest = Math.max(largest, Math.abs((double) rows[i] - expected[i]));
            }
            expectedSquares += norm;
            worst = Math.max(worst, largest / Math.sqrt(norm));
        }
        double cosine = product / Math.sqrt(squares * expectedSquares);
        if (Boolean.getBoolean("jgemma.long")) {
            System.out.printf("1 - cosine %.2e, largest error %.2e of a row's norm%n", 1 - cosine, worst);
        }
        assertThat(cosine).as("cosine").isGreaterThan(leastCosine);
        assertThat(worst).as("largest error as a share of a row's norm").isLessThan(mostError);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void rowsAreTransformers(String way) throws IOException {
        byte[] png;
        float[] expected;
        try (InputStream picture = resource("picture.png");
                InputStream rows = resource("rows.f32")) {
            png = picture.readAllBytes();
            expected = floats(rows.readAllBytes());
        }
        for (Bound bound : BOUNDS) {
            try (GgufFile file = GgufFile.open(written(bound.type()));
                    Backend backend = open(way)) {
                int columns = new Gemma3Vision().spec(file).outputs();
                for (int pictures : new int[] {1, 3}) {
                    verify(encode(backend, file, png, pictures), expected, columns, bound.cosine(), bound.error());
                }
                encoded(way, bound.type().name());
            }
        }
    }

    /** The tower with matrices of a type where their rows allow it. */
    private Path written(QuantEncoder type) throws IOException {
        GgufWriter writer = new GgufWriter();
        try (InputStream in = resource("projector-f16.gguf");
                GgufFile file = GgufFile.read("tiny", in)) {
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
                boolean matrix = tensor.type().equals(QuantTypes.F16) && tensor.columns() % type.blockSize() == 0;
                QuantEncoder to = matrix ? type : (QuantEncoder) tensor.type();
                byte[] blocks = new byte[Math.toIntExact(to.bytes(values.length))];
                to.encode(values, 0, values.length, MemorySegment.ofArray(blocks), 0);
                writer.tensor(tensor.name(), to, tensor.shape(), blocks);
            }
        }
        return writer.write(folder.resolve("tiny-" + type.name() + ".gguf"));
    }
}
