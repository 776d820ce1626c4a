package io.jgemma.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jgemma.engine.quant.QuantTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufSplitTest {
    private final Path folder;

    GgufSplitTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private Path path(int number, int count) {
        return folder.resolve(GgufWriter.partName("model", number, count));
    }

    private static GgufWriter part(int number, int count, int allTensors) {
        GgufWriter writer = new GgufWriter();
        if (number == 1) {
            writer.string("general.architecture", "test");
        }
        return writer.split(number, count, allTensors)
                .tensor("tensor." + number, QuantTypes.F32, GgufShape.of(2), number, -number);
    }

    private void writeThree() {
        for (int number = 1; number <= 3; number++) {
            part(number, 3, 3).write(path(number, 3));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void anyPartOpensAll(int opened) throws IOException {
        writeThree();
        try (GgufFile file = GgufFile.open(path(opened, 3))) {
            assertThat(file.paths()).containsExactly(path(1, 3), path(2, 3), path(3, 3));
            assertThat(file.metadata().string("general.architecture")).isEqualTo("test");
            assertThat(file.tensors().stream().map(GgufTensor::name))
                    .containsExactly("tensor.1", "tensor.2", "tensor.3");
            float[] values = new float[2];
            file.tensor("tensor.3").decodeRow(0, values, 0);
            assertThat(values).containsExactly(3, -3);
            assertThat(file.byteSize())
                    .isEqualTo(Files.size(path(1, 3)) + Files.size(path(2, 3)) + Files.size(path(3, 3)));
        }
    }

    @Test
    void pathWithoutFolderWorks() {
        assertThat(SplitName.parse(Path.of("m-00002-of-00003.gguf"))
                        .orElseThrow()
                        .part(0))
                .isEqualTo(Path.of("m-00001-of-00003.gguf"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "m.gguf",
                "m-00001-of-00002",
                "m-0001-of-0002.gguf",
                "m-00000-of-00002.gguf",
                "m-00003-of-00002.gguf",
                "m-00001-of-00002.gguf.part",
                "",
                "/"
            })
    void otherNamesAreNoParts(String name) {
        assertThat(SplitName.parse(Path.of(name))).isEmpty();
    }

    @Test
    void singleFileNamedAsOneOfOneNeedsNoSplitEntries() {
        new GgufWriter().bool("b", true).write(path(1, 1));
        try (GgufFile file = GgufFile.open(path(1, 1))) {
            assertThat(file.metadata().bool("b")).isTrue();
        }
    }

    @Test
    void missingPartIsNamed() throws IOException {
        writeThree();
        Files.delete(path(2, 3));
        assertRefused(path(1, 3), path(2, 3), "no such file");
    }

    @Test
    void partOfAnotherModelIsNamed() {
        writeThree();
        part(3, 3, 3).write(path(2, 3));
        assertRefused(path(1, 3), path(2, 3), "metadata 'split.no'", "the file's name asks for 1, the file has 2");
    }

    @Test
    void countThatDiffersFromTheNamesIsRefused() {
        writeThree();
        part(2, 4, 3).write(path(2, 3));
        assertRefused(path(1, 3), path(2, 3), "metadata 'split.count'", "asks for 3, the file has 4");
    }

    @Test
    void splitNameWithoutSplitEntriesIsRefused() {
        writeThree();
        new GgufWriter().bool("b", true).write(path(1, 3));
        assertRefused(path(3, 3), path(1, 3), "metadata 'split.count'", "asks for 3, the file has none");
    }

    @Test
    void tensorInTwoPartsIsRefused() {
        writeThree();
        new GgufWriter()
                .split(3, 3, 3)
                .tensor("tensor.1", QuantTypes.F32, GgufShape.of(1), 0)
                .write(path(3, 3));
        assertRefused(path(1, 3), path(3, 3), "tensor 'tensor.1'", "an earlier part has it too");
    }

    @Test
    void wrongNumberOfTensorsIsRefused() {
        for (int number = 1; number <= 3; number++) {
            part(number, 3, 4).write(path(number, 3));
        }
        assertRefused(path(1, 3), path(1, 3), "metadata 'split.tensors.count'", "expected 4 tensors, the parts have 3");
    }

    @Test
    void renamedPartSaysWhatItIs() {
        Path renamed = part(2, 3, 3).write(folder.resolve("model.gguf"));
        assertRefused(renamed, renamed, "metadata 'split.count'", "this is one of 3 parts: give them their names back");
    }

    @Test
    void damageInAPartNamesThatPart() throws IOException {
        writeThree();
        byte[] good = Files.readAllBytes(path(3, 3));
        Files.write(path(3, 3), Arrays.copyOf(good, good.length - 1));
        assertRefused(path(1, 3), path(3, 3), "tensor 'tensor.3', offset", "the file is truncated");
    }

    private static void assertRefused(Path opened, Path blamed, String... parts) {
        assertThatExceptionOfType(GgufException.class)
                .isThrownBy(() -> GgufFile.open(opened))
                .withMessageStartingWith(blamed + ": ")
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }
}
