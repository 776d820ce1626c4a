package io.jgemma.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A vocabulary of Gemma's size costs next to nothing until it is read. */
class GgufLazinessTest {
    private static final int TOKENS = 262_144;

    @Test
    void openingALargeVocabularyAllocatesLittle(@TempDir Path folder) throws Exception {
        byte[] bytes = BaseFiles.vocabulary(TOKENS);
        Path path = Files.write(folder.resolve("vocabulary.gguf"), bytes);
        long before = Allocation.bytes();
        try (GgufFile file = GgufFile.open(path)) {
            assertThat(Allocation.bytes() - before)
                    .as("bytes allocated on opening")
                    .isLessThan(300_000);
            before = Allocation.bytes();
            GgufStrings tokens = file.metadata().strings("tokenizer.ggml.tokens");
            assertThat(Allocation.bytes() - before).as("bytes of the index").isLessThan(8L * TOKENS + 100_000);
            assertThat(tokens).hasSize(TOKENS);
            assertThat(tokens.get(TOKENS - 1)).isEqualTo("\u2581piece" + Integer.toString(TOKENS - 1, 36));
            assertThat(file.metadata().floats("tokenizer.ggml.scores")[TOKENS - 1])
                    .isEqualTo(1 - TOKENS);
            assertThat(file.metadata().ints("tokenizer.ggml.token_type")).hasSize(TOKENS);
        }
    }

    /** Strings of all lengths across the borders of the reader's window. */
    @Test
    void lengthsAreReadWhereverTheyLie() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(200_003, 1);
            for (long p = 0; p < data.byteSize(); p++) {
                data.set(GgufCursor.BYTE, p, (byte) ((p * 31) ^ (p >> 7)));
            }
            for (int step : new int[] {8, 9, 13, 1000, 32_761, 32_768, 65_539}) {
                LengthReader reader = new LengthReader(data);
                for (long p = 0; p + 8 <= data.byteSize(); p += step) {
                    assertThat(reader.at(p)).as("step %d, at %d", step, p).isEqualTo(data.get(GgufCursor.LONG, p));
                }
                long last = data.byteSize() - 8;
                assertThat(reader.at(last)).isEqualTo(data.get(GgufCursor.LONG, last));
                assertThat(reader.at(1)).as("back to the start").isEqualTo(data.get(GgufCursor.LONG, 1));
            }
        }
    }
}
