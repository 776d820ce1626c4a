package io.jgemma.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.quant.QuantTypes;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

/**
 * Ten thousand damaged files: each is refused with a {@link GgufException}, or what is left of it can be read. Opening
 * allocates no more than a fixed multiple of the file's size, whatever counts the file claims.
 */
class GgufFuzzTest {
    private static final int FILES = 10_000;
    private static final long FIXED_BYTES = 32_768;
    private static final long OPEN_BYTES_PER_BYTE = 30;
    private static final long READ_BYTES_PER_BYTE = 40;

    /** What one file led to. */
    private record Outcome(boolean opened, long openBytes, long readBytes) {}

    @Test
    @Timeout(60)
    void damagedFilesAreRefusedOrReadable(TestReporter reporter) {
        List<byte[]> good = BaseFiles.all();
        good.forEach(GgufFuzzTest::tryToRead);
        Mutator mutator = new Mutator(20_260_101);
        int opened = 0;
        double mostOpening = 0;
        double mostReading = 0;
        for (int i = 0; i < FILES; i++) {
            byte[] bytes = mutator.mutate(good.get(i % good.size()));
            Outcome outcome = tryToRead(bytes);
            assertThat(outcome.openBytes())
                    .as("bytes allocated on opening file %d of %d bytes", i, bytes.length)
                    .isLessThanOrEqualTo(FIXED_BYTES + OPEN_BYTES_PER_BYTE * bytes.length);
            assertThat(outcome.readBytes())
                    .as("bytes allocated on reading file %d of %d bytes", i, bytes.length)
                    .isLessThanOrEqualTo(FIXED_BYTES + READ_BYTES_PER_BYTE * bytes.length);
            opened += outcome.opened() ? 1 : 0;
            mostOpening = Math.max(mostOpening, (outcome.openBytes() - FIXED_BYTES) / (double) (bytes.length + 1));
            mostReading = Math.max(mostReading, (outcome.readBytes() - FIXED_BYTES) / (double) (bytes.length + 1));
        }
        reporter.publishEntry(
                "damaged files",
                "%d, refused %d; allocated beyond %d bytes at most %.1f times the file on opening, %.1f on reading"
                        .formatted(FILES, FILES - opened, FIXED_BYTES, mostOpening, mostReading));
        assertThat(opened).as("some damage is harmless, most is not").isBetween(FILES / 100, FILES / 2);
    }

    /** The shortest entries and table rows there are: nothing costs more memory per byte of file. */
    @Test
    void theDensestHeadersStayWithinTheBound() {
        GgufWriter entries = new GgufWriter();
        GgufWriter tensors = new GgufWriter().alignment(8);
        for (int i = 0; i < 20_000; i++) {
            String name = Integer.toString(i, 36);
            entries.bool(name, true);
            tensors.tensor(name, QuantTypes.F32, GgufShape.of(1), i);
        }
        for (GgufWriter writer : List.of(entries, tensors)) {
            byte[] bytes = writer.toBytes();
            Outcome outcome = tryToRead(bytes);
            assertThat(outcome.opened()).isTrue();
            assertThat(outcome.openBytes()).isLessThanOrEqualTo(FIXED_BYTES + OPEN_BYTES_PER_BYTE * bytes.length);
        }
    }

    /** Any exception but {@link GgufException} fails the test. */
    private static Outcome tryToRead(byte[] bytes) {
        MemorySegment segment = MemorySegment.ofArray(bytes);
        long before = Allocation.bytes();
        try (GgufFile file = GgufFile.of("fuzz.gguf", segment)) {
            long opened = Allocation.bytes();
            readAll(file);
            return new Outcome(true, opened - before, Allocation.bytes() - opened);
        } catch (GgufException e) {
            return new Outcome(false, Allocation.bytes() - before, 0);
        }
    }

    private static void readAll(GgufFile file) {
        GgufMetadata metadata = file.metadata();
        for (String key : metadata.keys()) {
            Object value = metadata.value(key);
            if (value instanceof List<?> list) {
                list.forEach(element -> assertThat(element != null).isTrue());
            }
            assertThat(metadata.preview(key, 60).length()).isLessThan(1000);
        }
        for (GgufTensor tensor : file.tensors()) {
            float[] row = new float[Math.toIntExact(tensor.columns())];
            for (long r = 0; r < tensor.rows(); r++) {
                tensor.decodeRow(r, row, 0);
            }
        }
    }
}
