package io.jgemma.engine.memory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A whole file in memory, to read: mapped, so that pages come from the disk when they are touched, or copied, so that the
 * file may do what it likes afterwards.
 *
 * <p>Others may cut or rewrite a file while it is mapped. Replacing it by another of its name, as downloads and editors do,
 * harms nobody: what is mapped stays. Writing into it does. Then {@link #change} says so, {@link #unreadable} when a page was
 * asked for that is no longer there, and the process lives on as far as {@link FaultHandler} can see to it.
 *
 * <p>Whoever opens one closes it. Safe for use by any number of threads, but for {@link #close}.
 */
public final class MappedFile implements AutoCloseable {

    private static final long COPY_ALIGNMENT = 64;
    private static final int COPY_CHUNK_BYTES = 1 << 26;

    private final Path path;
    private final Arena arena;
    private final MemorySegment segment;
    private final @Nullable MemorySegment mapping;
    private final @Nullable BasicFileAttributes opened;
    private final @Nullable FaultHandler handler;
    private final int slot;

    private MappedFile(Path path, Arena arena, MemorySegment mapping, BasicFileAttributes opened) {
        this.path = path;
        this.arena = arena;
        this.mapping = mapping;
        this.segment = plain(mapping, arena);
        this.opened = opened;
        FaultHandler found = FaultHandler.find();
        slot = found == null ? -1 : found.watch(mapping);
        handler = slot < 0 ? null : found;
    }

    private MappedFile(Path path, Arena arena, MemorySegment copy) {
        this.path = path;
        this.arena = arena;
        this.segment = copy.asReadOnly();
        mapping = null;
        opened = null;
        handler = null;
        slot = -1;
    }

    /** Maps a file. */
    public static MappedFile map(Path path) throws IOException {
        Arena arena = Arena.ofShared();
        boolean done = false;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            MemorySegment mapping = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            MappedFile file = new MappedFile(path, arena, mapping, attributes);
            done = true;
            return file;
        } finally {
            if (!done) {
                arena.close();
            }
        }
    }

    /** Reads a file into memory of its own. */
    public static MappedFile copy(Path path) throws IOException {
        Arena arena = Arena.ofShared();
        boolean done = false;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment room = arena.allocate(channel.size(), COPY_ALIGNMENT);
            readFully(channel, room, path);
            MappedFile file = new MappedFile(path, arena, room);
            done = true;
            return file;
        } finally {
            if (!done) {
                arena.close();
            }
        }
    }

    private static void readFully(FileChannel channel, MemorySegment room, Path path) throws IOException {
        long at = 0;
        while (at < room.byteSize()) {
            ByteBuffer chunk = room.asSlice(at, Math.min(COPY_CHUNK_BYTES, room.byteSize() - at))
                    .asByteBuffer();
            int read = channel.read(chunk);
            if (read < 0) {
                throw new IOException("'" + path + "' became shorter while it was read: " + at + " of "
                        + room.byteSize() + " bytes were there");
            }
            at += read;
        }
    }

    /**
     * The same memory and lifetime as a segment of the class that allocated memory has too. A mapped segment has its own
     * class, and a kernel that has seen both compiles to slower code.
     */
    @SuppressWarnings("restricted") // address, size and lifetime are those of the mapping
    private static MemorySegment plain(MemorySegment mapped, Arena arena) {
        return MemorySegment.ofAddress(mapped.address())
                .reinterpret(mapped.byteSize(), arena, null)
                .asReadOnly();
    }

    /**
     * Whether this process outlives reading a page that is gone, in whatever code. Where it does not, such a read in Java
     * code is an error, and one in machine code the end.
     */
    public static boolean outlivesCuts() {
        return FaultHandler.find() != null;
    }

    /** The file's path, as it was given. */
    public Path path() {
        return path;
    }

    /** The content, read-only native memory; valid until this is closed. */
    public MemorySegment segment() {
        return segment;
    }

    /**
     * What has happened to a mapped file since it was opened: empty when nothing has that reaches what is mapped. It asks the
     * system, which takes microseconds.
     *
     * @return a part of a sentence whose subject is the file
     */
    public Optional<String> change() {
        if (opened == null) {
            return Optional.empty();
        }
        BasicFileAttributes now;
        try {
            now = Files.readAttributes(path, BasicFileAttributes.class);
        } catch (IOException e) {
            return Optional.empty(); // it has lost its name, which leaves the mapped content as it was
        }
        if (!Objects.equals(opened.fileKey(), now.fileKey())) {
            return Optional.empty(); // another file has its name
        }
        if (now.size() != opened.size()) {
            return Optional.of("had " + opened.size() + " bytes when it was opened and has " + now.size() + " now");
        }
        return now.lastModifiedTime().equals(opened.lastModifiedTime())
                ? Optional.empty()
                : Optional.of("was written to at " + now.lastModifiedTime() + ", after it had been opened");
    }

    /** Whether a page was asked for that could not be read, and zeros stand there now. It costs nothing to ask. */
    public boolean unreadable() {
        return handler != null && handler.faults(slot) > 0;
    }

    /**
     * Tells the system that a part was copied, so that it need not stay in memory. It can still be read.
     *
     * @param part a slice of {@link #segment}; others are left alone
     */
    public void unload(MemorySegment part) {
        if (mapping != null) {
            long offset = part.address() - mapping.address();
            if (offset >= 0 && offset + part.byteSize() <= mapping.byteSize()) {
                mapping.asSlice(offset, part.byteSize()).unload();
            }
        }
    }

    /** Gives the memory back. A second call does nothing. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            if (handler != null) {
                handler.forget(slot);
            }
            arena.close();
        }
    }
}
