package io.jgemma.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GgufFileTest {
    private final Path folder;

    GgufFileTest(@TempDir Path folder) {
        this.folder = folder;
    }

    static List<byte[]> baseFiles() {
        return BaseFiles.all();
    }

    @ParameterizedTest
    @MethodSource("baseFiles")
    void pathSegmentAndStreamGiveTheSame(byte[] bytes) throws IOException {
        Path path = Files.write(folder.resolve("model.gguf"), bytes);
        try (GgufFile mapped = GgufFile.open(path);
                GgufFile copied = GgufFile.of("copy", MemorySegment.ofArray(bytes));
                GgufFile read = GgufFile.read("stream", new ByteArrayInputStream(bytes))) {
            assertThat(mapped.name()).isEqualTo(path.toString());
            assertThat(mapped.paths()).containsExactly(path);
            assertThat(copied.name()).isEqualTo("copy");
            assertThat(copied.paths()).isEmpty();
            assertThat(mapped.byteSize()).isEqualTo(bytes.length);
            for (GgufFile other : List.of(copied, read)) {
                assertThat(other.byteSize()).isEqualTo(mapped.byteSize());
                assertThat(other.version()).isEqualTo(mapped.version());
                assertThat(other.alignment()).isEqualTo(mapped.alignment());
                assertThat(other.metadata().keys())
                        .containsExactlyElementsOf(mapped.metadata().keys());
                for (String key : mapped.metadata().keys()) {
                    assertThat(other.metadata().value(key))
                            .isEqualTo(mapped.metadata().value(key));
                }
                assertThat(other.tensors().stream().map(GgufFileTest::contents))
                        .isEqualTo(mapped.tensors().stream()
                                .map(GgufFileTest::contents)
                                .toList());
            }
        }
    }

    private static List<Object> contents(GgufTensor tensor) {
        ByteBuffer bytes = ByteBuffer.wrap(tensor.data().toArray(ValueLayout.JAVA_BYTE));
        return List.of(tensor.name(), tensor.type(), tensor.shape(), bytes);
    }

    @Test
    void tensorsComeInTheFilesOrderWithTheirShapesAndValues() {
        try (GgufFile file = open(BaseFiles.everything())) {
            assertThat(file.version()).isEqualTo(2);
            assertThat(file.alignment()).isEqualTo(16);
            assertThat(file.tensors().stream().map(GgufTensor::name))
                    .containsExactly("token_embd.weight", "output_norm.weight", "blk.0.ffn_up.weight");

            GgufTensor matrix = file.tensor("token_embd.weight");
            assertThat(matrix.type()).isSameAs(QuantTypes.Q4_0);
            assertThat(matrix.columns()).isEqualTo(64);
            assertThat(matrix.rows()).isEqualTo(3);
            assertThat(matrix.rowBytes()).isEqualTo(36);
            assertThat(matrix.byteSize()).isEqualTo(108);

            GgufTensor vector = file.tensor("output_norm.weight");
            assertThat(vector.rank()).isEqualTo(1);
            assertThat(vector.columns()).isEqualTo(5);
            assertThat(vector.rows()).isEqualTo(1);

            GgufTensor cube = file.tensor("blk.0.ffn_up.weight");
            assertThat(cube.rank()).isEqualTo(3);
            assertThat(cube.shape()).hasToString("[3, 2, 2]");
            assertThat(cube.columns()).isEqualTo(3);
            assertThat(cube.rows()).isEqualTo(4);
            assertThat(cube.elements()).isEqualTo(12);
            assertThat(cube.dim(2)).isEqualTo(2);
            assertThat(cube.dim(3)).isEqualTo(1);
            float[] expected = BaseFiles.values(12);
            float[] row = new float[4];
            cube.decodeRow(2, row, 1);
            assertThat(row).containsExactly(0, expected[6], expected[7], expected[8]);
            assertThatThrownBy(() -> cube.decodeRow(4, row, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void everyTypeOfTensorIsFound() {
        try (GgufFile file = open(BaseFiles.tensors())) {
            assertThat(file.tensors().stream().map(GgufTensor::type)).containsExactlyElementsOf(QuantTypes.all());
            for (QuantType type : QuantTypes.all()) {
                assertThat(file.tensor("tensor." + type.name()).byteSize()).isEqualTo(3L * type.blockBytes());
            }
        }
    }

    @Test
    void missingTensorIsNamed() {
        try (GgufFile file = open(BaseFiles.everything())) {
            assertThat(file.find("output.weight")).isEmpty();
            assertThatExceptionOfType(GgufException.class)
                    .isThrownBy(() -> file.tensor("output.weight"))
                    .withMessage(
                            "base.gguf: tensor 'output.weight': the file does not have it: use a complete model file")
                    .satisfies(e -> assertThat(e.byteOffset()).isEqualTo(GgufException.NO_OFFSET));
        }
    }

    /** A kernel that meets two classes of segments compiles to slower code. */
    @Test
    void tensorDataAreReadOnlySegmentsOfTheClassOfAllocatedMemory() throws IOException {
        Path path = Files.write(folder.resolve("model.gguf"), BaseFiles.everything());
        try (GgufFile mapped = GgufFile.open(path);
                GgufFile copied = open(BaseFiles.everything());
                Arena arena = Arena.ofShared()) {
            for (GgufTensor tensor :
                    Stream.of(mapped, copied).flatMap(f -> f.tensors().stream()).toList()) {
                assertThat(tensor.data().getClass()).isSameAs(arena.allocate(8).getClass());
                assertThat(tensor.data().isNative()).isTrue();
                assertThat(tensor.data().isReadOnly()).isTrue();
                assertThat(tensor.data().address() % 16).isZero();
            }
        }
    }

    /** To unload a tensor costs time when it is read again, and nothing else. */
    @Test
    void unloadedTensorsCanStillBeRead() throws IOException {
        Path path = Files.write(folder.resolve("model.gguf"), BaseFiles.everything());
        try (GgufFile mapped = GgufFile.open(path);
                GgufFile copied = open(BaseFiles.everything())) {
            for (GgufTensor tensor : mapped.tensors()) {
                GgufTensor same = copied.tensor(tensor.name());
                mapped.unload(tensor);
                copied.unload(same);
                assertThat(tensor.data().mismatch(same.data())).isEqualTo(-1);
            }
        }
    }

    @Test
    void afterClosingNothingCanBeRead() throws IOException {
        Path path = Files.write(folder.resolve("model.gguf"), BaseFiles.everything());
        for (GgufFile file : List.of(GgufFile.open(path), open(BaseFiles.everything()))) {
            GgufTensor tensor = file.tensor("output_norm.weight");
            GgufStrings strings = file.metadata().strings("array.STRING");
            Object array = file.metadata().value("array.INT16");
            assertThat(strings).hasSize(3);
            file.close();
            file.close();
            assertThatIllegalStateException().isThrownBy(() -> tensor.data().get(ValueLayout.JAVA_BYTE, 0));
            assertThatIllegalStateException().isThrownBy(() -> tensor.decodeRow(0, new float[5], 0));
            assertThatIllegalStateException().isThrownBy(() -> file.metadata().string("scalar.STRING"));
            assertThatIllegalStateException().isThrownBy(() -> file.metadata().integer("scalar.UINT8"));
            assertThatIllegalStateException().isThrownBy(() -> strings.get(0));
            assertThatIllegalStateException().isThrownBy(() -> ((List<?>) array).get(0));
        }
    }

    @Test
    void whatCannotBeMappedIsRefused() throws IOException {
        Path missing = folder.resolve("missing.gguf");
        assertThatExceptionOfType(GgufException.class)
                .isThrownBy(() -> GgufFile.open(missing))
                .withMessage(missing + ": file: no such file: check the name, or download it");
        assertThatExceptionOfType(GgufException.class)
                .isThrownBy(() -> GgufFile.open(folder))
                .withMessage(folder + ": file: not a regular file: name a .gguf file");
        Path empty = Files.createFile(folder.resolve("empty.gguf"));
        assertThatExceptionOfType(GgufException.class)
                .isThrownBy(() -> GgufFile.open(empty))
                .withMessageContaining("it is empty");
    }

    @Test
    void streamThatFailsIsReported() {
        InputStream failing = new FilterInputStream(InputStream.nullInputStream()) {
            @Override
            public byte[] readNBytes(int length) throws IOException {
                throw new IOException("connection reset");
            }
        };
        assertThatExceptionOfType(GgufException.class)
                .isThrownBy(() -> GgufFile.read("resource", failing))
                .withMessage("resource: file: cannot be read: connection reset")
                .withCauseInstanceOf(IOException.class);
    }

    @Test
    void streamLongerThanAReadIsReadWhole() {
        float[] values = BaseFiles.values(700_000);
        byte[] bytes = new GgufWriter()
                .tensor("big", QuantTypes.F32, GgufShape.of(values.length), values)
                .toBytes();
        assertThat(bytes.length).isGreaterThan(2 << 20);
        try (GgufFile file = GgufFile.read("stream", new ByteArrayInputStream(bytes))) {
            float[] row = new float[values.length];
            file.tensor("big").decodeRow(0, row, 0);
            assertThat(row).isEqualTo(values);
        }
    }

    /** The file is sparse where the file system can do that. */
    @Test
    void offsetsBeyondTwoGigabytesWork() throws IOException {
        long gap = 5L << 29;
        byte[] head = GgufBytes.header(2, 0)
                .tensor("first", QuantTypes.F32.ggufId(), 0, gap / 4)
                .tensor("last", QuantTypes.F32.ggufId(), gap, 2)
                .pad(32)
                .toBytes();
        Path path = folder.resolve("big.gguf");
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(ByteBuffer.wrap(head));
            byte[] values = new GgufBytes().f32(1.5f).f32(-2).toBytes();
            channel.write(ByteBuffer.wrap(values), head.length + gap);
        }
        try (GgufFile file = GgufFile.open(path)) {
            assertThat(file.byteSize()).isEqualTo(head.length + gap + 8);
            float[] values = new float[2];
            file.tensor("last").decodeRow(0, values, 0);
            assertThat(values).containsExactly(1.5f, -2);
            assertThat(file.tensor("first").byteSize()).isEqualTo(gap);
            assertThat(file.tensor("first").data().get(ValueLayout.JAVA_BYTE, gap - 1))
                    .isZero();
        }
    }

    @Test
    void textBeyondAGigabyteIsRefused() throws IOException {
        Path path = folder.resolve("text.gguf");
        GgufBytes head =
                GgufBytes.header(0, 1).key("k", GgufValueType.STRING).mark().u64((1L << 30) + 1);
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(ByteBuffer.wrap(head.toBytes()));
            channel.write(ByteBuffer.wrap(new byte[1]), head.size() + (1L << 30));
        }
        assertThatExceptionOfType(GgufException.class)
                .isThrownBy(() -> GgufFile.open(path))
                .withMessageContaining("a string of 1073741825 bytes, more than 1073741824")
                .satisfies(e -> assertThat(e.byteOffset()).isEqualTo(head.marked()));
    }

    @Test
    void gapsBetweenTensorsAndMissingPaddingAtTheEndAreFine() {
        byte[] bytes = GgufBytes.header(2, 0)
                .tensor("b", QuantTypes.F32.ggufId(), 128, 1)
                .tensor("a", QuantTypes.F32.ggufId(), 0, 1)
                .pad(32)
                .f32(1)
                .zeros(124)
                .f32(2)
                .toBytes();
        try (GgufFile file = open(bytes)) {
            float[] values = new float[2];
            file.tensor("a").decodeRow(0, values, 0);
            file.tensor("b").decodeRow(0, values, 1);
            assertThat(values).containsExactly(1, 2);
        }
    }

    @Test
    void alignmentMovesTheData() {
        for (int alignment : new int[] {8, 64, 4096}) {
            byte[] bytes = new GgufWriter()
                    .alignment(alignment)
                    .tensor("a", QuantTypes.F32, GgufShape.of(1), 3)
                    .tensor("b", QuantTypes.F32, GgufShape.of(1), 4)
                    .toBytes();
            try (GgufFile file = open(bytes)) {
                assertThat(file.alignment()).isEqualTo(alignment);
                float[] values = new float[2];
                file.tensor("a").decodeRow(0, values, 0);
                file.tensor("b").decodeRow(0, values, 1);
                assertThat(values).containsExactly(3, 4);
            }
        }
    }

    @Test
    void tensorAndShapeRefuseWhatDoesNotFit() {
        MemorySegment four = MemorySegment.ofArray(new byte[4]);
        assertThat(new GgufTensor("t", QuantTypes.F32, GgufShape.of(1), four).rows())
                .isEqualTo(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new GgufTensor("t", QuantTypes.F32, GgufShape.of(2), four));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new GgufTensor("t", QuantTypes.Q4_0, GgufShape.of(16, 2), MemorySegment.ofArray(new byte[18])));
        assertThatIllegalArgumentException().isThrownBy(GgufShape::of);
        assertThatIllegalArgumentException().isThrownBy(() -> GgufShape.of(1, 2, 3, 4, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> GgufShape.of(1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new GgufShape(1, 2, 3, 1, 1));
        assertThatThrownBy(() -> GgufShape.of(1L << 40, 1L << 40)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> GgufShape.of(1).dim(4)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static GgufFile open(byte[] bytes) {
        return GgufFile.of("base.gguf", MemorySegment.ofArray(bytes));
    }
}
