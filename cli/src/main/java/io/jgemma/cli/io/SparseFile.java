package io.jgemma.cli.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes files of which the beginning alone is known. The rest is a hole: it reads as zeros and takes no room on the disk. */
public final class SparseFile {
    private SparseFile() {}

    /**
     * Writes a file, in place of an older one.
     *
     * @param start what it begins with; of more than {@code bytes} the first
     * @param bytes size of the whole
     */
    public static void write(Path file, byte[] start, long bytes) throws IOException {
        Files.deleteIfExists(file);
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            ByteBuffer known = ByteBuffer.wrap(start, 0, (int) Math.min(start.length, bytes));
            while (known.hasRemaining()) {
                channel.write(known);
            }
            if (bytes > start.length) {
                channel.write(ByteBuffer.wrap(new byte[1]), bytes - 1);
            }
        }
    }
}
