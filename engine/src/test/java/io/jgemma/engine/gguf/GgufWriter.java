package io.jgemma.engine.gguf;

import io.jgemma.engine.quant.QuantEncoder;
import io.jgemma.engine.quant.QuantType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Makes small GGUF files for tests. Entries and tensors are written in the order they were added; nothing is checked, so
 * keys and names may repeat and an alignment may be nonsense.
 */
public final class GgufWriter {
    private record Row(String name, QuantType type, GgufShape shape, int offset) {}

    /**
     * An array inside an array.
     *
     * @param values of the Java types that {@link GgufWriter#put} takes for {@code elementType}
     */
    public record Array(GgufValueType elementType, List<?> values) {}

    private final GgufBytes entries = new GgufBytes();
    private final GgufBytes data = new GgufBytes();
    private final List<Row> rows = new ArrayList<>();
    private int entryCount;
    private int version = 3;
    private int alignment = 32;

    /** The file's version; 3 if not set. */
    public GgufWriter version(int number) {
        version = number;
        return this;
    }

    /** Writes {@code general.alignment}; to be called before tensors are added. */
    public GgufWriter alignment(int bytes) {
        alignment = bytes;
        return put("general.alignment", GgufValueType.UINT32, bytes);
    }

    /**
     * Adds an entry of any type.
     *
     * @param value a {@link String}, {@link Boolean}, any {@link Number} for numeric types, or an {@link Array}
     */
    public GgufWriter put(String key, GgufValueType type, Object value) {
        entries.key(key, type);
        write(type, value);
        entryCount++;
        return this;
    }

    public GgufWriter string(String key, String value) {
        return put(key, GgufValueType.STRING, value);
    }

    public GgufWriter uint32(String key, int value) {
        return put(key, GgufValueType.UINT32, value);
    }

    public GgufWriter float32(String key, float value) {
        return put(key, GgufValueType.FLOAT32, value);
    }

    public GgufWriter bool(String key, boolean value) {
        return put(key, GgufValueType.BOOL, value);
    }

    public GgufWriter array(String key, GgufValueType elementType, List<?> values) {
        return put(key, GgufValueType.ARRAY, new Array(elementType, values));
    }

    public GgufWriter strings(String key, List<String> values) {
        return array(key, GgufValueType.STRING, values);
    }

    public GgufWriter ints(String key, List<Integer> values) {
        return array(key, GgufValueType.INT32, values);
    }

    public GgufWriter floats(String key, List<Float> values) {
        return array(key, GgufValueType.FLOAT32, values);
    }

    /** Adds a tensor whose blocks are given. */
    public GgufWriter tensor(String name, QuantType type, GgufShape shape, byte[] blocks) {
        data.pad(alignment);
        rows.add(new Row(name, type, shape, data.size()));
        data.bytes(blocks);
        return this;
    }

    /** Adds a tensor, encoding its values. */
    public GgufWriter tensor(String name, QuantEncoder type, GgufShape shape, float... values) {
        byte[] blocks = new byte[Math.toIntExact(type.bytes(values.length))];
        type.encode(values, 0, values.length, MemorySegment.ofArray(blocks), 0);
        return tensor(name, type, shape, blocks);
    }

    private void write(GgufValueType type, Object value) {
        switch (type) {
            case UINT8, INT8 -> entries.u8(((Number) value).intValue());
            case UINT16, INT16 -> entries.u16(((Number) value).intValue());
            case UINT32, INT32 -> entries.u32(((Number) value).intValue());
            case UINT64, INT64 -> entries.u64(((Number) value).longValue());
            case FLOAT32 -> entries.f32(((Number) value).floatValue());
            case FLOAT64 -> entries.f64(((Number) value).doubleValue());
            case BOOL -> entries.u8((Boolean) value ? 1 : 0);
            case STRING -> entries.string((String) value);
            case ARRAY -> {
                Array array = (Array) value;
                entries.u32(array.elementType().ggufId()).u64(array.values().size());
                array.values().forEach(element -> write(array.elementType(), element));
            }
        }
    }

    /** The file. */
    public byte[] toBytes() {
        GgufBytes out = new GgufBytes()
                .text("GGUF")
                .u32(version)
                .u64(rows.size())
                .u64(entryCount)
                .bytes(entries.toBytes());
        for (Row row : rows) {
            long[] dims = new long[row.shape().rank()];
            for (int i = 0; i < dims.length; i++) {
                dims[i] = row.shape().dim(i);
            }
            out.tensor(row.name(), row.type().ggufId(), row.offset(), dims);
        }
        return rows.isEmpty()
                ? out.toBytes()
                : out.pad(alignment).bytes(data.toBytes()).toBytes();
    }

    /** The file, opened. */
    public GgufFile open() {
        return GgufFile.of("test.gguf", MemorySegment.ofArray(toBytes()));
    }

    /** Writes the file. */
    public Path write(Path path) {
        try {
            return Files.write(path, toBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The name of part {@code number}, from 1, of a split model. */
    public static String partName(String prefix, int number, int count) {
        return String.format(Locale.ROOT, "%s-%05d-of-%05d.gguf", prefix, number, count);
    }

    /** The entries of part {@code number}, from 1, of a split model. */
    public GgufWriter split(int number, int count, int allTensors) {
        return put("split.no", GgufValueType.UINT16, number - 1)
                .put("split.count", GgufValueType.UINT16, count)
                .put("split.tensors.count", GgufValueType.INT32, allTensors);
    }
}
