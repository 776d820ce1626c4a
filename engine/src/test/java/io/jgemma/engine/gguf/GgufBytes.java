package io.jgemma.engine.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes put together field by field, little endian; the sharp tool that files broken on purpose are made with. */
final class GgufBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private long mark = GgufException.NO_OFFSET;

    /** Magic, version 3, and the two counts. */
    static GgufBytes header(long tensors, long entries) {
        return new GgufBytes().text("GGUF").u32(3).u64(tensors).u64(entries);
    }

    int size() {
        return out.size();
    }

    /** Remembers where the next byte goes: the place an error should name. */
    GgufBytes mark() {
        mark = out.size();
        return this;
    }

    /** As {@link #mark()}, but {@code distance} bytes further. */
    GgufBytes markAfter(int distance) {
        mark = (long) out.size() + distance;
        return this;
    }

    long marked() {
        return mark;
    }

    GgufBytes u8(int value) {
        out.write(value);
        return this;
    }

    GgufBytes u16(int value) {
        return u8(value).u8(value >> 8);
    }

    GgufBytes u32(int value) {
        return u16(value).u16(value >> 16);
    }

    GgufBytes u64(long value) {
        return u32((int) value).u32((int) (value >> 32));
    }

    GgufBytes f32(float value) {
        return u32(Float.floatToRawIntBits(value));
    }

    GgufBytes f64(double value) {
        return u64(Double.doubleToRawLongBits(value));
    }

    GgufBytes bytes(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    /** The text alone, without its length. */
    GgufBytes text(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    GgufBytes string(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return u64(bytes.length).bytes(bytes);
    }

    /** A metadata entry up to its value's type. */
    GgufBytes key(String key, GgufValueType type) {
        return string(key).u32(type.ggufId());
    }

    /** A row of the tensor table. */
    GgufBytes tensor(String name, int type, long offset, long... dims) {
        string(name).u32(dims.length);
        for (long dim : dims) {
            u64(dim);
        }
        return u32(type).u64(offset);
    }

    /** The first {@code length} bytes of these, marked at the end. */
    GgufBytes toPrefix(int length) {
        return new GgufBytes().bytes(Arrays.copyOf(toBytes(), length)).mark();
    }

    GgufBytes zeros(int count) {
        return bytes(new byte[count]);
    }

    GgufBytes pad(int alignment) {
        while (out.size() % alignment != 0) {
            out.write(0);
        }
        return this;
    }

    byte[] toBytes() {
        return out.toByteArray();
    }
}
