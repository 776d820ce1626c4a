package io.jgemma.engine.gguf;

import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The key-value pairs of a GGUF file. Values stay in the file and are decoded when asked for, so that a vocabulary of
 * 262,144 strings costs nothing until somebody reads it.
 *
 * <p>{@code string(key)} and its like throw a {@link GgufException} if there is no such key, {@code string(key, fallback)}
 * does not. Both throw one if the value has another type or is out of range: a key that is present but wrong is never
 * taken for absent. Any integer type will do where an integer is
 * asked for, any number where a real one is.
 *
 * <p>Safe for use by any number of threads until the file is closed; after that, lookups throw
 * {@link IllegalStateException}.
 */
public final class GgufMetadata {
    private final String file;
    private final MemorySegment data;
    private final Map<String, Entry> entries;

    /**
     * Where a value lies.
     *
     * @param elementType of an array; otherwise as {@code type}
     * @param count elements of an array; otherwise 1
     * @param offset of the value, or of an array's first element
     */
    record Entry(GgufValueType type, GgufValueType elementType, long count, long offset) {}

    /** All values of {@code entries} are known to lie within {@code data} and to be well-formed. */
    GgufMetadata(String file, MemorySegment data, Map<String, Entry> entries) {
        this.file = file;
        this.data = data;
        this.entries = Collections.unmodifiableMap(entries);
    }

    /** The file's name, for messages. */
    public String file() {
        return file;
    }

    /** Whether the file has this key. */
    public boolean has(String key) {
        return entries.containsKey(key);
    }

    /** All keys, in the file's order. */
    public Set<String> keys() {
        return entries.keySet();
    }

    /** The type of a value; for an array, {@link GgufValueType#ARRAY}. */
    public GgufValueType type(String key) {
        return entry(key).type();
    }

    /** The type of an array's elements; for any other value, its type. */
    public GgufValueType elementType(String key) {
        return entry(key).elementType();
    }

    /** The number of an array's elements; 1 for any other value. */
    public long length(String key) {
        return entry(key).count();
    }

    /** A string; bytes that are not UTF-8 become U+FFFD. */
    public String string(String key) {
        Entry entry = scalar(key, "a string", GgufValueType.STRING);
        return string(entry.offset());
    }

    public String string(String key, String fallback) {
        return has(key) ? string(key) : fallback;
    }

    /** An integer of any of the eight types. */
    public long integer(String key) {
        Entry entry = entry(key);
        if (!entry.type().isInteger()) {
            throw wrongType(key, "an integer", entry);
        }
        long value = integer(entry.type(), entry.offset());
        if (value < 0 && entry.type() == GgufValueType.UINT64) {
            throw error(key, Long.toUnsignedString(value) + " is more than " + Long.MAX_VALUE);
        }
        return value;
    }

    public long integer(String key, long fallback) {
        return has(key) ? integer(key) : fallback;
    }

    /** An integer of any of the eight types that fits into an {@code int}. */
    public int int32(String key) {
        return narrow(key, integer(key));
    }

    public int int32(String key, int fallback) {
        return has(key) ? int32(key) : fallback;
    }

    /** A number of any type. */
    public double real(String key) {
        Entry entry = entry(key);
        if (!entry.type().isNumber()) {
            throw wrongType(key, "a number", entry);
        }
        return real(entry.type(), entry.offset());
    }

    public double real(String key, double fallback) {
        return has(key) ? real(key) : fallback;
    }

    public boolean bool(String key) {
        Entry entry = scalar(key, "a bool", GgufValueType.BOOL);
        return data.get(GgufCursor.BYTE, entry.offset()) != 0;
    }

    public boolean bool(String key, boolean fallback) {
        return has(key) ? bool(key) : fallback;
    }

    /** An array of strings, decoded one by one as they are read. */
    public GgufStrings strings(String key) {
        Entry entry = array(key, "an array of strings");
        if (entry.elementType() != GgufValueType.STRING) {
            throw wrongType(key, "an array of strings", entry);
        }
        return new GgufStrings(data, entry.offset(), length(key, entry));
    }

    /** An array of integers of any type that fit into an {@code int}. */
    public int[] ints(String key) {
        Entry entry = array(key, "an array of integers");
        if (!entry.elementType().isInteger()) {
            throw wrongType(key, "an array of integers", entry);
        }
        int[] values = new int[length(key, entry)];
        for (int i = 0; i < values.length; i++) {
            values[i] = narrow(key, integer(entry.elementType(), offset(entry, i)));
        }
        return values;
    }

    /**
     * One {@code int} per layer, where files store either one for all layers or an array.
     *
     * @throws GgufException if an array does not have {@code layers} elements
     */
    public int[] intsPerLayer(String key, int layers) {
        int[] values;
        if (type(key) == GgufValueType.ARRAY) {
            values = ints(key);
        } else {
            values = new int[layers];
            Arrays.fill(values, int32(key));
        }
        if (values.length != layers) {
            throw error(key, "expected one value or one for each of " + layers + " layers, got " + values.length);
        }
        return values;
    }

    /** An array of numbers of any type, as F32. */
    public float[] floats(String key) {
        Entry entry = array(key, "an array of numbers");
        if (!entry.elementType().isNumber()) {
            throw wrongType(key, "an array of numbers", entry);
        }
        float[] values = new float[length(key, entry)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) real(entry.elementType(), offset(entry, i));
        }
        return values;
    }

    /** An array of bools. */
    public boolean[] bools(String key) {
        Entry entry = array(key, "an array of bools");
        if (entry.elementType() != GgufValueType.BOOL) {
            throw wrongType(key, "an array of bools", entry);
        }
        boolean[] values = new boolean[length(key, entry)];
        for (int i = 0; i < values.length; i++) {
            values[i] = data.get(GgufCursor.BYTE, offset(entry, i)) != 0;
        }
        return values;
    }

    /**
     * Any value: a {@link String}, {@link Boolean}, {@link Long} ({@link BigInteger} where an unsigned value needs it),
     * {@link Float}, {@link Double}, or an unmodifiable {@link List} of those or of lists.
     */
    public Object value(String key) {
        Entry entry = entry(key);
        if (entry.type() != GgufValueType.ARRAY) {
            return scalar(entry.type(), entry.offset());
        }
        return switch (entry.elementType()) {
            case STRING -> strings(key);
            case ARRAY -> {
                GgufCursor in = new GgufCursor(file, data);
                in.skip(entry.offset(), "value");
                yield nested(in, length(key, entry));
            }
            default -> {
                length(key, entry);
                yield new Elements(this, entry);
            }
        };
    }

    /**
     * A value in one line for people to read: strings quoted and escaped, long strings and arrays cut.
     *
     * @param limit characters after which to stop; the figure that says how long the whole is comes on top
     */
    public String preview(String key, int limit) {
        Object value = value(key);
        return switch (value) {
            case String text ->
                Printable.quote(text, limit) + (text.length() > limit ? " (" + text.length() + " characters)" : "");
            case List<?> list -> preview(list, limit);
            default -> value.toString();
        };
    }

    private static String preview(List<?> list, int limit) {
        StringBuilder out = new StringBuilder("[");
        for (int i = 0; i < list.size(); i++) {
            if (i > 0) {
                out.append(", ");
            }
            if (out.length() > limit) {
                return out.append("...] (")
                        .append(list.size())
                        .append(" values)")
                        .toString();
            }
            Object element = list.get(i);
            int left = limit - out.length() + 1;
            out.append(
                    switch (element) {
                        case String text -> Printable.quote(text, left);
                        case List<?> inner -> preview(inner, left);
                        default -> element.toString();
                    });
        }
        return out.append(']').toString();
    }

    /** An error about the value of {@code key}, which the file must have, in this class's form. */
    GgufException error(String key, String problem) {
        return new GgufException(file, entry(key).offset(), "metadata " + Printable.name(key), problem);
    }

    private Entry entry(String key) {
        Entry entry = entries.get(key);
        if (entry == null) {
            throw new GgufException(
                    file,
                    GgufException.NO_OFFSET,
                    "metadata " + Printable.name(key),
                    "the file does not have it: use a complete model file");
        }
        return entry;
    }

    private Entry scalar(String key, String expected, GgufValueType type) {
        Entry entry = entry(key);
        if (entry.type() != type) {
            throw wrongType(key, expected, entry);
        }
        return entry;
    }

    private Entry array(String key, String expected) {
        return scalar(key, expected, GgufValueType.ARRAY);
    }

    private GgufException wrongType(String key, String expected, Entry entry) {
        String got = entry.type() == GgufValueType.ARRAY
                ? "an array of " + entry.count() + " " + entry.elementType()
                : entry.type() + " " + preview(key, 40);
        return error(key, "expected " + expected + ", got " + got);
    }

    private int length(String key, Entry entry) {
        if (entry.count() > Integer.MAX_VALUE - 8) {
            throw error(key, "an array of " + entry.count() + " elements is too long to read");
        }
        return (int) entry.count();
    }

    private int narrow(String key, long value) {
        if (value != (int) value) {
            throw error(key, value + " is not from " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE);
        }
        return (int) value;
    }

    private static long offset(Entry array, int index) {
        return array.offset() + (long) index * array.elementType().minimumBytes();
    }

    private String string(long offset) {
        return new String(
                data.asSlice(offset + 8, data.get(GgufCursor.LONG, offset)).toArray(GgufCursor.BYTE),
                StandardCharsets.UTF_8);
    }

    /** The value of an integer type; a {@code UINT64} beyond {@link Long#MAX_VALUE} comes out negative. */
    private long integer(GgufValueType type, long offset) {
        return switch (type) {
            case UINT8 -> data.get(GgufCursor.BYTE, offset) & 0xFF;
            case INT8 -> data.get(GgufCursor.BYTE, offset);
            case UINT16 -> data.get(GgufCursor.SHORT, offset) & 0xFFFF;
            case INT16 -> data.get(GgufCursor.SHORT, offset);
            case UINT32 -> data.get(GgufCursor.INT, offset) & 0xFFFF_FFFFL;
            case INT32 -> data.get(GgufCursor.INT, offset);
            case UINT64, INT64 -> data.get(GgufCursor.LONG, offset);
            case FLOAT32, BOOL, STRING, ARRAY, FLOAT64 ->
                throw new IllegalArgumentException(type + " is not an integer");
        };
    }

    private double real(GgufValueType type, long offset) {
        return switch (type) {
            case FLOAT32 -> data.get(GgufCursor.FLOAT, offset);
            case FLOAT64 -> data.get(GgufCursor.DOUBLE, offset);
            case UINT64 -> unsigned(integer(type, offset)).doubleValue();
            default -> integer(type, offset);
        };
    }

    private Object scalar(GgufValueType type, long offset) {
        return switch (type) {
            case STRING -> string(offset);
            case BOOL -> data.get(GgufCursor.BYTE, offset) != 0;
            case FLOAT32 -> data.get(GgufCursor.FLOAT, offset);
            case FLOAT64 -> data.get(GgufCursor.DOUBLE, offset);
            case UINT64 -> unsigned(integer(type, offset));
            default -> integer(type, offset);
        };
    }

    /** A {@link Long} where it fits, else a {@link BigInteger}. */
    private static Number unsigned(long bits) {
        return bits >= 0 ? (Number) bits : new BigInteger(Long.toUnsignedString(bits));
    }

    /** Reads the arrays of an array; the file's check has bounded their depth. */
    private List<Object> nested(GgufCursor in, long count) {
        List<Object> lists = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            GgufValueType type = GgufValueType.byId(in.u32("element type"));
            long length = in.count("array length", type.minimumBytes());
            lists.add(type == GgufValueType.ARRAY ? nested(in, length) : flat(in, type, length));
        }
        return Collections.unmodifiableList(lists);
    }

    private List<Object> flat(GgufCursor in, GgufValueType type, long count) {
        List<Object> values = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            values.add(scalar(type, in.position()));
            if (type == GgufValueType.STRING) {
                in.skipStrings(1, "string length");
            } else {
                in.skip(type.minimumBytes(), "value");
            }
        }
        return Collections.unmodifiableList(values);
    }

    /** An array of numbers or bools, boxed one by one as they are read. */
    private static final class Elements extends AbstractList<Object> {
        private final GgufMetadata metadata;
        private final Entry entry;

        Elements(GgufMetadata metadata, Entry entry) {
            this.metadata = metadata;
            this.entry = entry;
        }

        @Override
        public int size() {
            return (int) entry.count();
        }

        @Override
        public Object get(int i) {
            return metadata.scalar(entry.elementType(), offset(entry, Objects.checkIndex(i, size())));
        }
    }
}
