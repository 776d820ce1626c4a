package io.jgemma.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class MappedFileTest {
    private static final int SIZE = 1 << 20;
    private static final int KEPT = 10_000;

    @TempDir
    private Path folder;

    private Path path = Path.of("");

    @BeforeEach
    void writeFile() throws IOException {
        byte[] content = new byte[SIZE];
        Arrays.fill(content, (byte) 7);
        path = Files.write(folder.resolve("file"), content);
    }

    private void cut(Path file) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.setLength(KEPT);
        }
    }

    private static byte at(MappedFile file, long offset) {
        return file.segment().get(ValueLayout.JAVA_BYTE, offset);
    }

    @Test
    void whatWasCutIsReadAsZerosAndTold() throws IOException {
        assumeTrue(MappedFile.outlivesCuts());
        Path second = Files.copy(path, folder.resolve("second"));
        try (MappedFile file = MappedFile.map(path);
                MappedFile other = MappedFile.map(second)) {
            cut(path);

            assertThat(file.unreadable()).isFalse();
            assertThat(at(file, KEPT - 1)).isEqualTo((byte) 7);
            assertThat(at(file, SIZE - 1)).isZero();
            assertThat(file.unreadable()).isTrue();
            assertThat(at(file, SIZE / 2))
                    .as("before the first page that was missed")
                    .isZero();
            assertThat(at(file, 0)).as("a page that is there").isEqualTo((byte) 7);
            assertThat(other.unreadable()).isFalse();
            assertThat(at(other, SIZE - 1)).isEqualTo((byte) 7);
        }
        try (MappedFile next = MappedFile.map(second)) {
            assertThat(next.unreadable()).as("a slot begins anew").isFalse();
        }
    }

    /** Addresses that are not ours go on to the JVM's handler, which makes an error of them. */
    @Test
    void theJvmStillHandlesItsOwn() throws IOException {
        assumeTrue(MappedFile.outlivesCuts());
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(path)) {
            MemorySegment foreign = channel.map(FileChannel.MapMode.READ_ONLY, 0, SIZE, arena);
            cut(path);

            assertThatThrownBy(() -> foreign.get(ValueLayout.JAVA_BYTE, SIZE - 1))
                    .isInstanceOf(InternalError.class);
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows lets nobody cut or replace a mapped file")
    void tellsACutFileAndOneWrittenTo() throws IOException {
        try (MappedFile file = MappedFile.map(path)) {
            assertThat(file.change()).isEmpty();
            Files.setLastModifiedTime(path, FileTime.fromMillis(1_000_000_000_000L));
            assertThat(file.change())
                    .hasValueSatisfying(change -> assertThat(change).contains("was written to at 2001-"));
            cut(path);
            assertThat(file.change()).contains("had 1048576 bytes when it was opened and has 10000 now");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows lets nobody cut or replace a mapped file")
    void aFileReplacedOrRemovedHarmsNobody() throws IOException {
        try (MappedFile file = MappedFile.map(path)) {
            Files.move(path, folder.resolve("old"));
            Files.write(path, new byte[3]);
            assertThat(file.change()).isEmpty();
            Files.delete(path);
            assertThat(file.change()).isEmpty();
            assertThat(at(file, SIZE - 1)).isEqualTo((byte) 7);
        }
    }

    @Test
    void aCopyOutlivesTheFile() throws IOException {
        try (MappedFile file = MappedFile.copy(path)) {
            cut(path);

            assertThat(at(file, SIZE - 1)).isEqualTo((byte) 7);
            assertThat(file.change()).isEmpty();
            assertThat(file.unreadable()).isFalse();
            assertThat(file.segment().isReadOnly()).isTrue();
        }
    }

    @Test
    void closesTwice() throws IOException {
        MappedFile file = MappedFile.map(path);
        file.close();
        file.close();

        assertThatThrownBy(() -> at(file, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anEmptyFileHasNothing() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty"));
        try (MappedFile mapped = MappedFile.map(empty);
                MappedFile copied = MappedFile.copy(empty)) {
            assertThat(mapped.segment().byteSize()).isZero();
            assertThat(copied.segment().byteSize()).isZero();
        }
    }

    @Test
    @EnabledOnOs(OS.WINDOWS)
    void windowsLetsNobodyCutAMappedFile() throws IOException {
        try (MappedFile file = MappedFile.map(path)) {
            assertThatThrownBy(() -> cut(path)).isInstanceOf(IOException.class);

            assertThat(file.change()).isEmpty();
            assertThat(at(file, SIZE - 1)).isEqualTo((byte) 7);
        }
        cut(path);
        assertThat(path).hasSize(KEPT);
    }

    /** More than a Java array or an {@code int} can hold; sparse, so that it takes no room on the disk. */
    @Test
    void aFileOfThreeGibibytesIsMappedReleasedAndDeleted() throws IOException {
        long bytes = 3L << 30;
        Path big = Files.createDirectories(folder.resolve("a folder \u2013 pr\u00fcfung \u4f8b"))
                .resolve("big model.gguf");
        try (FileChannel channel = FileChannel.open(
                big, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(ByteBuffer.wrap(new byte[] {5}), 0);
            channel.write(ByteBuffer.wrap(new byte[] {9}), bytes - 1);
        }
        MappedFile file = MappedFile.map(big);
        assertThat(file.segment().byteSize()).isEqualTo(bytes);
        assertThat(at(file, 0)).isEqualTo((byte) 5);
        assertThat(at(file, bytes / 2)).isZero();
        assertThat(at(file, bytes - 1)).isEqualTo((byte) 9);
        file.close();

        Files.delete(big);
        assertThat(big).doesNotExist();
    }
}
