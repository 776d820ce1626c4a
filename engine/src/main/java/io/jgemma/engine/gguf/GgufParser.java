package io.jgemma.engine.gguf;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.quant.UnsupportedQuantTypeException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks one file and lists what is in it. The layout, all little endian:
 *
 * <pre>
 * "GGUF"  version u32  tensor count u64  metadata count u64
 * metadata: key string, value type u32, value             (a string is u64 length, bytes)
 * tensors:  name string, rank u32, dimensions u64[rank], type u32, offset u64
 * padding to a multiple of general.alignment, then the tensors' data, each at its offset from here
 * </pre>
 *
 * <p>Work and memory are proportional to the bytes of the header: every count is compared with the bytes that remain before
 * it is believed.
 */
final class GgufParser {
    private static final int MAGIC = 0x4655_4747; // "GGUF"
    private static final int HEADER_BYTES = 24;
    private static final int MIN_ENTRY_BYTES = 8 + 1 + 4 + 1;
    private static final int MIN_TENSOR_BYTES = 8 + 1 + 4 + 8 + 4 + 8;
    private static final int MAX_ARRAY_DEPTH = 4;
    private static final String ALIGNMENT_KEY = "general.alignment";
    private static final int DEFAULT_ALIGNMENT = 32;
    private static final int MIN_ALIGNMENT = 8;
    private static final int MAX_ALIGNMENT = 1 << 24;
    private static final String DAMAGED = "the file is damaged: download it again";
    private static final String TRUNCATED = "the file is truncated: download it again";

    private final String file;
    private final MemorySegment data;
    private final GgufCursor in;

    private GgufParser(String file, MemorySegment data) {
        this.file = file;
        this.data = data;
        this.in = new GgufCursor(file, data);
    }

    /**
     * What one file holds.
     *
     * @param version 2 or 3
     * @param alignment bytes that tensors are aligned to
     */
    record Part(int version, int alignment, GgufMetadata metadata, List<GgufTensor> tensors) {}

    /** A row of the tensor table; {@code place} is where in the file its offset stands. */
    private record TableRow(String name, QuantType type, GgufShape shape, long bytes, long offset, long place) {}

    /**
     * Checks a file from front to back.
     *
     * @param file name for error messages
     * @param data the whole file
     * @throws GgufException if anything in it is not as it should be
     */
    static Part parse(String file, MemorySegment data) {
        return new GgufParser(file, data).parse();
    }

    private Part parse() {
        int version = header();
        long tensorCount = in.count("tensor count", MIN_TENSOR_BYTES);
        long metadataCount = in.count("metadata count", MIN_ENTRY_BYTES);
        GgufMetadata metadata = metadata(metadataCount);
        int alignment = alignment(metadata);
        if (tensorCount > in.remaining() / MIN_TENSOR_BYTES) {
            throw new GgufException(
                    file,
                    8,
                    "tensor count",
                    tensorCount + " of at least " + MIN_TENSOR_BYTES + " bytes each cannot fit in the " + in.remaining()
                            + " bytes after the metadata: " + TRUNCATED);
        }
        List<TableRow> table = table(tensorCount, alignment);
        return new Part(version, alignment, metadata, locate(table, alignment));
    }

    private int header() {
        if (data.byteSize() == 0) {
            throw new GgufException(file, 0, "magic", "not a GGUF file: it is empty; download it again");
        }
        if (data.byteSize() < 4 || data.get(GgufCursor.INT, 0) != MAGIC) {
            throw new GgufException(file, 0, "magic", "not a GGUF file: " + ForeignFile.describe(data));
        }
        if (data.byteSize() < HEADER_BYTES) {
            throw new GgufException(
                    file,
                    data.byteSize(),
                    "header",
                    "needs " + HEADER_BYTES + " bytes, the file has " + data.byteSize() + ": " + TRUNCATED);
        }
        in.skip(4, "magic");
        int version = in.u32("version");
        if (version == 2 || version == 3) {
            return version;
        }
        int reversed = Integer.reverseBytes(version);
        String problem;
        if (version == 1) {
            problem = "GGUF version 1 is not supported, 2 and 3 are: convert the model again, or download a newer file";
        } else if (reversed > 0 && reversed <= 3) {
            problem = "a big-endian file (version " + reversed + "), only little-endian ones are supported: "
                    + "get the little-endian one";
        } else {
            problem = "GGUF version " + Integer.toUnsignedString(version)
                    + " is not supported, 2 and 3 are: get a newer jgemma, or download the file again";
        }
        throw in.error(4, "version", problem);
    }

    private GgufMetadata metadata(long count) {
        Map<String, GgufMetadata.Entry> entries = new LinkedHashMap<>();
        for (long i = 0; i < count; i++) {
            in.enter("metadata entry", i);
            long start = in.position();
            String key = in.name("key");
            in.enter("metadata", key);
            GgufMetadata.Entry entry = value();
            if (entries.putIfAbsent(key, entry) != null) {
                throw in.error(start, "key", "it appears twice: " + DAMAGED);
            }
        }
        return new GgufMetadata(file, data, entries);
    }

    private GgufMetadata.Entry value() {
        GgufValueType type = valueType("value type");
        long start = in.position();
        if (type != GgufValueType.ARRAY) {
            skipValues(type, 1, 0);
            return new GgufMetadata.Entry(type, type, 1, start);
        }
        GgufValueType elementType = valueType("element type");
        long count = in.count("array length", elementType.minimumBytes());
        long first = in.position();
        skipValues(elementType, count, 1);
        return new GgufMetadata.Entry(type, elementType, count, first);
    }

    private GgufValueType valueType(String field) {
        long start = in.position();
        int id = in.u32(field);
        if (!GgufValueType.exists(id)) {
            throw in.error(
                    start,
                    field,
                    "there is no value type " + Integer.toUnsignedString(id) + ", only 0 to 12: " + DAMAGED);
        }
        return GgufValueType.byId(id);
    }

    /** Passes over values, checking them; {@code depth} is the number of arrays around them. */
    private void skipValues(GgufValueType type, long count, int depth) {
        switch (type) {
            case STRING -> in.skipStrings(count, "string length");
            case BOOL -> skipBools(count);
            case ARRAY -> skipArrays(count, depth);
            default -> in.skip(count * type.minimumBytes(), "value");
        }
    }

    private void skipBools(long count) {
        for (long i = 0; i < count; i++) {
            long start = in.position();
            int value = in.u8("value");
            if (value > 1) {
                throw in.error(start, "value", "a bool is 0 or 1, not " + value + ": " + DAMAGED);
            }
        }
    }

    private void skipArrays(long count, int depth) {
        if (depth >= MAX_ARRAY_DEPTH) {
            throw in.error(
                    in.position(),
                    "value",
                    "arrays nested deeper than " + MAX_ARRAY_DEPTH + " are refused: " + DAMAGED);
        }
        for (long i = 0; i < count; i++) {
            GgufValueType elementType = valueType("element type");
            long length = in.count("array length", elementType.minimumBytes());
            skipValues(elementType, length, depth + 1);
        }
    }

    private int alignment(GgufMetadata metadata) {
        long alignment = metadata.integer(ALIGNMENT_KEY, DEFAULT_ALIGNMENT);
        if (alignment < MIN_ALIGNMENT || alignment > MAX_ALIGNMENT || Long.bitCount(alignment) != 1) {
            throw metadata.error(
                    ALIGNMENT_KEY,
                    "must be a power of two from " + MIN_ALIGNMENT + " to " + MAX_ALIGNMENT + ", not " + alignment
                            + ": " + DAMAGED);
        }
        return (int) alignment;
    }

    private List<TableRow> table(long count, int alignment) {
        List<TableRow> table = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (long i = 0; i < count; i++) {
            in.enter("tensor", i);
            long start = in.position();
            String name = in.name("name");
            in.enter("tensor", name);
            if (!names.add(name)) {
                throw in.error(start, "name", "it appears twice: " + DAMAGED);
            }
            table.add(tableRow(name, alignment));
        }
        in.enter("header", -1);
        return table;
    }

    private TableRow tableRow(String name, int alignment) {
        long shapePlace = in.position();
        long[] dims = dims();
        long typePlace = in.position();
        QuantType type = tensorType(typePlace, in.u32("type"));
        if (dims[0] % type.blockSize() != 0) {
            throw in.error(
                    shapePlace + 4,
                    "dimension 0",
                    "a row of " + dims[0] + " elements is not a whole number of " + type.name() + " blocks of "
                            + type.blockSize() + ": " + DAMAGED);
        }
        GgufShape shape = GgufShape.of(dims);
        if (shape.elements() / type.blockSize() > data.byteSize() / type.blockBytes()) {
            throw in.error(
                    shapePlace,
                    "dimensions",
                    shape + " of " + type.name() + " take more bytes than the whole file has, " + data.byteSize() + ": "
                            + TRUNCATED);
        }
        long place = in.position();
        long offset = in.u64("offset");
        if (offset < 0 || offset % alignment != 0) {
            throw in.error(
                    place,
                    "offset",
                    Long.toUnsignedString(offset) + " is not a multiple of the alignment " + alignment + ": "
                            + DAMAGED);
        }
        return new TableRow(name, type, shape, type.bytes(shape.elements()), offset, place);
    }

    private long[] dims() {
        long start = in.position();
        int rank = in.u32("rank");
        if (rank < 1 || rank > GgufShape.MAX_RANK) {
            throw in.error(
                    start,
                    "rank",
                    "a tensor has 1 to " + GgufShape.MAX_RANK + " dimensions, not " + Integer.toUnsignedString(rank)
                            + ": " + DAMAGED);
        }
        long[] dims = new long[rank];
        long elements = 1;
        for (int i = 0; i < rank; i++) {
            long place = in.position();
            dims[i] = in.u64("dimension");
            if (dims[i] <= 0) {
                throw in.error(
                        place, "dimension " + i, Long.toUnsignedString(dims[i]) + " elements cannot be: " + DAMAGED);
            }
            if (dims[i] > Long.MAX_VALUE / elements) {
                throw in.error(place, "dimension " + i, "the number of elements exceeds 63 bits: " + DAMAGED);
            }
            elements *= dims[i];
        }
        return dims;
    }

    private QuantType tensorType(long place, int id) {
        try {
            return QuantTypes.byId(id);
        } catch (UnsupportedQuantTypeException e) {
            throw in.error(place, "type", String.valueOf(e.getMessage()), e);
        }
    }

    /** Finds each tensor's bytes, and makes sure that they lie within the file and belong to no other tensor. */
    private List<GgufTensor> locate(List<TableRow> table, int alignment) {
        if (table.isEmpty()) {
            return List.of();
        }
        long headerEnd = in.position();
        long dataStart = headerEnd + (-headerEnd & (alignment - 1));
        long dataBytes = Math.max(0, data.byteSize() - dataStart);
        List<GgufTensor> tensors = new ArrayList<>(table.size());
        for (TableRow row : table) {
            in.enter("tensor", row.name());
            if (row.offset() > dataBytes || row.bytes() > dataBytes - row.offset()) {
                throw in.error(
                        row.place(),
                        "offset",
                        row.bytes() + " bytes at " + row.offset() + " of the data, which has only " + dataBytes
                                + " bytes: " + TRUNCATED);
            }
            MemorySegment bytes = data.asSlice(dataStart + row.offset(), row.bytes());
            tensors.add(new GgufTensor(row.name(), row.type(), row.shape(), bytes));
        }
        refuseOverlaps(table);
        return tensors;
    }

    private void refuseOverlaps(List<TableRow> table) {
        List<TableRow> byOffset = new ArrayList<>(table);
        byOffset.sort(Comparator.comparingLong(TableRow::offset));
        for (int i = 1; i < byOffset.size(); i++) {
            TableRow before = byOffset.get(i - 1);
            TableRow row = byOffset.get(i);
            if (row.offset() < before.offset() + before.bytes()) {
                in.enter("tensor", row.name());
                throw in.error(
                        row.place(),
                        "offset",
                        "its bytes overlap those of tensor " + Printable.name(before.name()) + ": " + DAMAGED);
            }
        }
    }
}
