package io.jgemma.engine.gguf;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

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
    private final List<Path> paths;
    private final Arena arena;
    private final List<MemorySegment> mappings;
    private final long byteSize;
    private final GgufParser.Part first;
    private final List<GgufTensor> tensors;
    private final Map<String, GgufTensor> byName;

    private GgufFile(
            String name, List<Path> paths, Arena arena, List<MemorySegment> mappings, List<MemorySegment> parts) {
        this.name = name;
        this.paths = List.copyOf(paths);
        this.arena = arena;
        this.mappings = List.copyOf(mappings);
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
     * Opens a file, or all files of a split model if {@code path} is named like one of them
     * ({@code NAME-00001-of-00003.gguf}, any part will do).
     *
     * @throws GgufException if a file is missing, unreadable, not GGUF, damaged, or holds something unsupported
     */
    public static GgufFile open(Path path) {
        SplitName split = SplitName.parse(path).orElse(null);
        List<Path> paths = new ArrayList<>();
        if (split == null) {
            paths.add(path);
        } else {
            for (int i = 0; i < split.count(); i++) {
                paths.add(split.part(i));
            }
        }
        return open(path.toString(), paths);
    }

    private static GgufFile open(String name, List<Path> paths) {
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try {
            List<MemorySegment> mappings = new ArrayList<>();
            for (Path path : paths) {
                mappings.add(map(path, arena));
            }
            List<MemorySegment> parts =
                    mappings.stream().map(each -> plain(each, arena)).toList();
            GgufFile file = new GgufFile(name, paths, arena, mappings, parts);
            opened = true;
            return file;
        } finally {
            if (!opened) {
                arena.close();
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
            GgufFile file = new GgufFile(name, List.of(), arena, List.of(), List.of(whole.asReadOnly()));
            opened = true;
            return file;
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    private static MemorySegment map(Path path, Arena arena) {
        if (!Files.isRegularFile(path)) {
            String problem = Files.exists(path)
                    ? "not a regular file: name a .gguf file"
                    : "no such file: check the name, or download it";
            throw new GgufException(path.toString(), GgufException.NO_OFFSET, "file", problem);
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (AccessDeniedException e) {
            throw new GgufException(
                    path.toString(), GgufException.NO_OFFSET, "file", "reading is not permitted: change its mode", e);
        } catch (IOException e) {
            throw new GgufException(
                    path.toString(), GgufException.NO_OFFSET, "file", "cannot be mapped: " + e.getMessage(), e);
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

    private String fileName(int part) {
        return paths.isEmpty() ? name : paths.get(part).toString();
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
        OptionalLong value = metadata.findInteger(key);
        if (value.isPresent() && value.getAsLong() == expected) {
            return;
        }
        String problem = "the file's name asks for " + expected + ", the file has "
                + (value.isPresent() ? value.getAsLong() : "none")
                + ": the parts are misnamed or of different models; download them again";
        throw value.isPresent()
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
        return paths;
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
        long address = tensor.data().address();
        for (MemorySegment mapping : mappings) {
            long offset = address - mapping.address();
            if (offset >= 0 && offset + tensor.byteSize() <= mapping.byteSize()) {
                mapping.asSlice(offset, tensor.byteSize()).unload();
            }
        }
    }

    /** Unmaps the file. A second call does nothing. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
