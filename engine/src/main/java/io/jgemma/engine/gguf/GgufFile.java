package io.jgemma.engine.gguf;

import io.jgemma.engine.memory.Cleanup;
import io.jgemma.engine.memory.MappedFile;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An open GGUF file (version 2 or 3, little endian), or all files of a split one. Opening checks everything: what is
 * handed out lies within the file.
 *
 * <p>The file is memory-mapped, so opening reads only its header, and tensors cost memory as they are touched. All tensor
 * data are slices of plain native segments of one class, whatever the file came from, so that hot loops see one class.
 *
 * <p>Whoever opens a file closes it. Closing unmaps it: every segment and every metadata lookup handed out throws
 * {@link IllegalStateException} from then on. Safe for use by any number of threads.
 */
public final class GgufFile implements AutoCloseable {
    private static final String SPLIT_COUNT = "split.count";
    private static final String SPLIT_NUMBER = "split.no";
    private static final String SPLIT_TENSORS = "split.tensors.count";
    private static final int READ_CHUNK_BYTES = 1 << 20;
    private static final long COPY_ALIGNMENT = 64;

    private final String name;
    private final List<MappedFile> files;
    private final @Nullable Arena arena;
    private final long byteSize;
    private final GgufParser.Part first;
    private final List<GgufTensor> tensors;
    private final Map<String, GgufTensor> byName;

    private GgufFile(String name, List<MappedFile> files, @Nullable Arena arena, List<MemorySegment> parts) {
        this.name = name;
        this.files = List.copyOf(files);
        this.arena = arena;
        this.byteSize = parts.stream().mapToLong(MemorySegment::byteSize).sum();
        this.tensors = new ArrayList<>();
        this.byName = new HashMap<>();
        this.first = GgufParser.parse(fileName(0), parts.getFirst());
        checkSplit(0, parts.size(), first.metadata());
        addTensors(0, first);
        for (int i = 1; i < parts.size(); i++) {
            GgufParser.Part part = GgufParser.parse(fileName(i), parts.get(i));
            checkSplit(i, parts.size(), part.metadata());
            addTensors(i, part);
        }
        checkTensorCount();
    }

    /**
     * Maps a file, or all files of a split model if {@code path} is named like one of them
     * ({@code NAME-00001-of-00003.gguf}, any part will do).
     *
     * @throws GgufException if a file is missing, unreadable, not GGUF, damaged, or holds something unsupported
     */
    public static GgufFile open(Path path) {
        return open(path, FileOpener::map);
    }

    /**
     * As {@link #open}, but the content is read into memory of its own, so that nothing that happens to the file afterwards
     * reaches it.
     */
    public static GgufFile openCopy(Path path) {
        return open(path, FileOpener::copy);
    }

    private static GgufFile open(Path path, Function<Path, MappedFile> opener) {
        SplitName split = SplitName.parse(path).orElse(null);
        int count = split == null ? 1 : split.count();
        List<MappedFile> files = new ArrayList<>();
        boolean opened = false;
        try {
            for (int i = 0; i < count; i++) {
                files.add(opener.apply(split == null ? path : split.part(i)));
            }
            GgufFile file = new GgufFile(
                    path.toString(),
                    files,
                    null,
                    files.stream().map(MappedFile::segment).toList());
            file.requireUnchanged();
            opened = true;
            return file;
        } finally {
            if (!opened) {
                files.forEach(MappedFile::close);
            }
        }
    }

    /**
     * Opens a file that is in memory already, by copying it.
     *
     * @param name for error messages
     * @param bytes the whole file; not needed afterwards
     * @throws GgufException as {@link #open(Path)}
     */
    public static GgufFile of(String name, MemorySegment bytes) {
        return copy(name, List.of(bytes));
    }

    /**
     * Reads a file from a stream, for example an embedded resource.
     *
     * @param name for error messages
     * @param in read to its end, not closed
     * @throws GgufException as {@link #open(Path)}, or if reading fails
     */
    public static GgufFile read(String name, InputStream in) {
        List<MemorySegment> chunks = new ArrayList<>();
        try {
            byte[] chunk;
            do {
                chunk = in.readNBytes(READ_CHUNK_BYTES);
                chunks.add(MemorySegment.ofArray(chunk));
            } while (chunk.length == READ_CHUNK_BYTES);
        } catch (IOException e) {
            throw new GgufException(name, GgufException.NO_OFFSET, "file", "cannot be read: " + e.getMessage(), e);
        }
        return copy(name, chunks);
    }

    private static GgufFile copy(String name, List<MemorySegment> chunks) {
        long size = chunks.stream().mapToLong(MemorySegment::byteSize).sum();
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try {
            MemorySegment whole = arena.allocate(size, COPY_ALIGNMENT);
            long offset = 0;
            for (MemorySegment chunk : chunks) {
                MemorySegment.copy(chunk, 0, whole, offset, chunk.byteSize());
                offset += chunk.byteSize();
            }
            GgufFile file = new GgufFile(name, List.of(), arena, List.of(whole.asReadOnly()));
            opened = true;
            return file;
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    private String fileName(int part) {
        return files.isEmpty() ? name : files.get(part).path().toString();
    }

    private void checkSplit(int part, int parts, GgufMetadata metadata) {
        long count = metadata.integer(SPLIT_COUNT, 1);
        if (parts == 1 && count > 1) {
            throw metadata.error(
                    SPLIT_COUNT,
                    "this is one of " + count + " parts: give them their names back (NAME-00001-of-"
                            + String.format("%05d", count) + ".gguf and so on) and open any of them");
        }
        if (parts > 1) {
            checkSplitValue(part, metadata, SPLIT_COUNT, parts);
            checkSplitValue(part, metadata, SPLIT_NUMBER, part);
        }
    }

    private void checkSplitValue(int part, GgufMetadata metadata, String key, int expected) {
        String found = metadata.has(key) ? Long.toString(metadata.integer(key)) : "none";
        if (found.equals(Integer.toString(expected))) {
            return;
        }
        String problem = "the file's name asks for " + expected + ", the file has " + found
                + ": the parts are misnamed or of different models; download them again";
        throw metadata.has(key)
                ? metadata.error(key, problem)
                : new GgufException(fileName(part), GgufException.NO_OFFSET, "metadata '" + key + "'", problem);
    }

    private void addTensors(int index, GgufParser.Part part) {
        for (GgufTensor tensor : part.tensors()) {
            if (byName.putIfAbsent(tensor.name(), tensor) != null) {
                throw new GgufException(
                        fileName(index),
                        GgufException.NO_OFFSET,
                        "tensor " + Printable.name(tensor.name()),
                        "an earlier part has it too: the parts are of different models; download them again");
            }
            tensors.add(tensor);
        }
    }

    private void checkTensorCount() {
        GgufMetadata metadata = first.metadata();
        long expected = metadata.integer(SPLIT_TENSORS, tensors.size());
        if (expected != tensors.size()) {
            throw metadata.error(
                    SPLIT_TENSORS,
                    "expected " + expected + " tensors, the parts have " + tensors.size() + ": download them again");
        }
    }

    /** What the file was opened as: a path, or the name given. */
    public String name() {
        return name;
    }

    /** The files, in the order of the parts; none if it was opened from memory. */
    public List<Path> paths() {
        return files.stream().map(MappedFile::path).toList();
    }

    /** GGUF's version, 2 or 3; that of the first part. */
    public int version() {
        return first.version();
    }

    /** Bytes that tensors are aligned to in the (first) file. */
    public int alignment() {
        return first.alignment();
    }

    /** Bytes of all parts. */
    public long byteSize() {
        return byteSize;
    }

    /** The metadata; those of the first part if there are several, as the others have none of their own. */
    public GgufMetadata metadata() {
        return first.metadata();
    }

    /** All tensors, in the files' order. */
    public List<GgufTensor> tensors() {
        return Collections.unmodifiableList(tensors);
    }

    /** Bytes of all tensors. */
    public long tensorBytes() {
        return tensors().stream().mapToLong(tensor -> tensor.data().byteSize()).sum();
    }

    /**
     * The tensor with this name.
     *
     * @throws GgufException if there is none
     */
    public GgufTensor tensor(String tensorName) {
        return find(tensorName)
                .orElseThrow(() -> new GgufException(
                        name,
                        GgufException.NO_OFFSET,
                        "tensor " + Printable.name(tensorName),
                        "the file does not have it: use a complete model file"));
    }

    /** The tensor with this name, if there is one. */
    public Optional<GgufTensor> find(String tensorName) {
        return Optional.ofNullable(byName.get(tensorName));
    }

    /**
     * Tells the system that a tensor was copied, so that its part of the mapped file need not stay in memory. Its data can still
     * be read.
     */
    public void unload(GgufTensor tensor) {
        files.forEach(file -> file.unload(tensor.data()));
    }

    /**
     * Refuses to go on where somebody has cut or rewritten a mapped file. To be asked before work that reads it; the system
     * is asked, which takes some microseconds.
     *
     * @throws GgufException when what was mapped is no longer what was opened
     */
    public void requireUnchanged() {
        requireReadable();
        for (MappedFile file : files) {
            Optional<String> change = file.change();
            if (change.isPresent()) {
                throw changed(file, change.get());
            }
        }
    }

    /**
     * Refuses results of work that met a page which could not be read. To be asked after it; costs nothing.
     *
     * @throws GgufException when there was one
     */
    public void requireReadable() {
        for (MappedFile file : files) {
            if (file.unreadable()) {
                throw changed(
                        file,
                        file.change().orElse("could not be read from its disk (or was cut and is whole again now)"));
            }
        }
    }

    private static GgufException changed(MappedFile file, String what) {
        return new GgufException(
                file.path().toString(),
                GgufException.NO_OFFSET,
                "file",
                "it " + what + ": open it again when no program writes to it, or copy it into memory (--no-mmap)");
    }

    /** Unmaps the file. A second call does nothing. */
    @Override
    public void close() {
        Cleanup cleanup = new Cleanup();
        if (arena != null && arena.scope().isAlive()) {
            cleanup.add(arena::close);
        }
        files.forEach(file -> cleanup.add(file::close));
        cleanup.run();
    }
}
