package io.jgemma.engine.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file's header from front to back. Nothing is read, allocated or repeated before it has been checked that the
 * bytes for it exist. Descriptions of places are put together only when an error needs one.
 */
final class GgufCursor {
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    /** GGUF's limit for the length of keys; tensor names, which are shorter by far, are held to the same. */
    static final int MAX_NAME_BYTES = 65_535;

    /** No text is this long; an array in Java could not hold more. */
    private static final int MAX_STRING_BYTES = 1 << 30;

    private static final String DAMAGED = "the file is truncated or damaged: download it again";

    private final String file;
    private final MemorySegment data;
    private final long size;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
    private final LengthReader lengths;
    private long position;
    private String kind = "header";
    private long index = -1;
    private @Nullable String name;

    GgufCursor(String file, MemorySegment data) {
        this.file = file;
        this.data = data;
        this.size = data.byteSize();
        this.lengths = new LengthReader(data);
    }

    long position() {
        return position;
    }

    long remaining() {
        return size - position;
    }

    /** What the next reads belong to: entry {@code index} of a list, whose name is not known yet. */
    void enter(String newKind, long newIndex) {
        kind = newKind;
        index = newIndex;
        name = null;
    }

    /** What the next reads belong to, now that its name is known. */
    void enter(String newKind, String newName) {
        kind = newKind;
        index = -1;
        name = newName;
    }

    GgufException error(long offset, String field, String problem) {
        return new GgufException(file, offset, describe(field), problem);
    }

    GgufException error(long offset, String field, String problem, Throwable cause) {
        return new GgufException(file, offset, describe(field), problem, cause);
    }

    private String describe(String field) {
        if (name != null) {
            return kind + " " + Printable.name(name) + ", " + field;
        }
        return index < 0 ? field : kind + " " + index + ", " + field;
    }

    private void require(long bytes, String field) {
        if (bytes > size - position) {
            throw error(
                    position, field, "needs " + bytes + " bytes, but only " + remaining() + " are left: " + DAMAGED);
        }
    }

    int u8(String field) {
        require(1, field);
        return data.get(BYTE, position++) & 0xFF;
    }

    int u32(String field) {
        require(4, field);
        int value = data.get(INT, position);
        position += 4;
        return value;
    }

    long u64(String field) {
        require(8, field);
        long value = data.get(LONG, position);
        position += 8;
        return value;
    }

    /** A number of things that follow, each at least {@code minimumBytes} long, so that it cannot be absurd. */
    long count(String field, int minimumBytes) {
        long start = position;
        long count = u64(field);
        if (count < 0 || count > remaining() / minimumBytes) {
            throw error(
                    start,
                    field,
                    Long.toUnsignedString(count) + " of at least " + minimumBytes + " bytes each cannot fit in the "
                            + remaining() + " bytes that follow: " + DAMAGED);
        }
        return count;
    }

    void skip(long bytes, String field) {
        require(bytes, field);
        position += bytes;
    }

    /** Passes over {@code count} strings. */
    void skipStrings(long count, String field) {
        long p = position;
        for (long i = 0; i < count; i++) {
            if (size - p < 8) {
                position = p;
                require(8, field);
            }
            long length = lengths.at(p);
            p += 8;
            if (length < 0 || length > size - p) {
                throw tooLong(p - 8, length, size - p, field);
            }
            if (length > MAX_STRING_BYTES) {
                throw error(
                        p - 8,
                        field,
                        "a string of " + length + " bytes, more than " + MAX_STRING_BYTES + ": " + DAMAGED);
            }
            p += length;
        }
        position = p;
    }

    private GgufException tooLong(long start, long length, long left, String field) {
        return error(
                start,
                field,
                "a string of " + Long.toUnsignedString(length) + " bytes, but only " + left + " are left: " + DAMAGED);
    }

    /** A key or a tensor's name: not empty, of sane length, and well-formed UTF-8. */
    String name(String field) {
        long start = position;
        long length = u64(field);
        if (length < 0 || length > remaining()) {
            throw tooLong(start, length, remaining(), field);
        }
        if (length == 0 || length > MAX_NAME_BYTES) {
            throw error(start, field, "a name has 1 to " + MAX_NAME_BYTES + " bytes, not " + length + ": " + DAMAGED);
        }
        byte[] bytes = new byte[(int) length];
        MemorySegment.copy(data, BYTE, position, bytes, 0, bytes.length);
        position += length;
        try {
            return utf8.decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw error(start + 8, field, "not UTF-8: " + DAMAGED, e);
        }
    }
}
