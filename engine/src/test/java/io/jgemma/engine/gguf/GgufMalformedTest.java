package io.jgemma.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jgemma.engine.quant.UnsupportedQuantTypeException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The error about a broken file names the byte, the field, and what is wrong. */
class GgufMalformedTest {

    static Stream<BrokenFile> files() {
        return Stream.concat(BrokenMetadata.files(), BrokenTensors.files());
    }

    @ParameterizedTest
    @MethodSource("files")
    void errorNamesByteFieldAndProblem(BrokenFile broken) {
        assertThatExceptionOfType(GgufException.class)
                .isThrownBy(() -> open(broken.bytes().toBytes()))
                .satisfies(e -> {
                    assertThat(e.byteOffset())
                            .as("offset")
                            .isEqualTo(broken.bytes().marked());
                    assertThat(e.field()).isEqualTo(broken.field());
                    assertThat(e.file()).isEqualTo("broken.gguf");
                })
                .withMessageStartingWith("broken.gguf: " + broken.field() + " at byte "
                        + broken.bytes().marked() + ": ")
                .withMessageContaining(broken.problem())
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n", "\r", "\u001b"));
    }

    @Test
    void unsupportedTensorTypeIsTheCause() {
        assertThatExceptionOfType(GgufException.class)
                .isThrownBy(() -> open(BrokenTensors.type(16).toBytes()))
                .withCauseInstanceOf(UnsupportedQuantTypeException.class);
    }

    @Test
    void everyPrefixOfAGoodFileIsRefused() {
        byte[] good = BaseFiles.everything();
        open(good);
        for (int length = 0; length < good.length; length++) {
            byte[] prefix = Arrays.copyOf(good, length);
            assertThatExceptionOfType(GgufException.class)
                    .as("the first %d of %d bytes", length, good.length)
                    .isThrownBy(() -> open(prefix))
                    .satisfies(e -> assertThat(e.byteOffset()).isBetween(0L, (long) prefix.length));
        }
    }

    private static void open(byte[] bytes) {
        GgufFile.of("broken.gguf", MemorySegment.ofArray(bytes)).close();
    }
}
