package io.jgemma.engine.session;

import io.jgemma.engine.session.SessionFileException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes a session's file beside its place and moves it there once it is whole. */
final class SessionWriter {

    private SessionWriter() {}

    /**
     * Writes a session. An older one in the file is replaced, anything else is not. The file can be read by its owner only
     * where the file system knows owners.
     *
     * @return bytes of the file
     * @throws SessionFileException when it cannot be written
     */
    static long write(Path file, SessionHeader header, int[] tokens, SessionStore.Body body) {
        if (Files.isDirectory(file)) {
            throw new SessionFileException(file, Reason.NOT_A_SESSION, "is a directory: name a file in it");
        }
        if (Files.exists(file) && !SessionFile.recognizes(file)) {
            throw new SessionFileException(
                    file, Reason.NOT_A_SESSION, "exists already and holds no session: name another file");
        }
        Path absolute = file.toAbsolutePath();
        try {
            Path temporary = Files.createTempFile(absolute.getParent(), absolute.getFileName() + ".", ".new");
            try {
                write(temporary, absolute, header, tokens, body);
            } finally {
                Files.deleteIfExists(temporary);
            }
            return Files.size(absolute);
        } catch (NoSuchFileException e) {
            throw new SessionFileException(file, Reason.ACCESS, "cannot be written: there is no such directory", e);
        } catch (IOException e) {
            throw new SessionFileException(file, Reason.ACCESS, "cannot be written: " + e.getMessage(), e);
        }
    }

    private static void write(Path temporary, Path target, SessionHeader header, int[] tokens, SessionStore.Body body)
            throws IOException {
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
                ChecksumWriter out = new ChecksumWriter(channel)) {
            writeFront(out, header.encode(), tokens);
            body.writeTo(out);
            writeSum(out);
        }
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void writeFront(ChecksumWriter out, byte[] header, int[] tokens) throws IOException {
        out.write(little(SessionFile.PREAMBLE_BYTES + header.length)
                .put(SessionFile.magic())
                .putInt(SessionFile.VERSION)
                .putInt(header.length)
                .put(header)
                .flip());
        writeSum(out);
        ByteBuffer ids = little(Math.multiplyExact(tokens.length, Integer.BYTES));
        ids.asIntBuffer().put(tokens);
        out.write(ids);
    }

    private static void writeSum(ChecksumWriter out) throws IOException {
        out.write(little(Integer.BYTES).putInt(out.sum()).flip());
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
