package io.jgemma.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GgufMetadataTest {

    private static void with(GgufWriter writer, Consumer<GgufMetadata> test) {
        try (GgufFile file = writer.open()) {
            test.accept(file.metadata());
        }
    }

    private static void assertRefused(ThrowingCallable lookup, String message) {
        assertThatExceptionOfType(GgufException.class)
                .isThrownBy(lookup)
                .withMessageStartingWith("test.gguf: ")
                .withMessageContaining(message);
    }

    @Test
    void scalarsComeBackAsTheyWereWritten() {
        GgufWriter writer = new GgufWriter()
                .string("string", "a ä €")
                .bool("yes", true)
                .bool("no", false)
                .put("u8", GgufValueType.UINT8, 255)
                .put("i8", GgufValueType.INT8, -128)
                .put("u16", GgufValueType.UINT16, 65535)
                .put("i16", GgufValueType.INT16, -32768)
                .put("u32", GgufValueType.UINT32, -1)
                .put("i32", GgufValueType.INT32, Integer.MIN_VALUE)
                .put("u64", GgufValueType.UINT64, Long.MAX_VALUE)
                .put("i64", GgufValueType.INT64, Long.MIN_VALUE)
                .put("f32", GgufValueType.FLOAT32, 0.1f)
                .put("f64", GgufValueType.FLOAT64, 0.1);
        with(writer, metadata -> {
            assertThat(metadata.string("string")).isEqualTo("a ä €");
            assertThat(metadata.bool("yes")).isTrue();
            assertThat(metadata.bool("no")).isFalse();
            assertThat(metadata.integer("u8")).isEqualTo(255);
            assertThat(metadata.integer("i8")).isEqualTo(-128);
            assertThat(metadata.integer("u16")).isEqualTo(65535);
            assertThat(metadata.integer("i16")).isEqualTo(-32768);
            assertThat(metadata.integer("u32")).isEqualTo(4_294_967_295L);
            assertThat(metadata.integer("i32")).isEqualTo(Integer.MIN_VALUE);
            assertThat(metadata.integer("u64")).isEqualTo(Long.MAX_VALUE);
            assertThat(metadata.integer("i64")).isEqualTo(Long.MIN_VALUE);
            assertThat(metadata.int32("i32")).isEqualTo(Integer.MIN_VALUE);
            assertThat(metadata.real("f32")).isEqualTo(0.1f);
            assertThat(metadata.real("f64")).isEqualTo(0.1);
            assertThat(metadata.real("u32")).isEqualTo(4_294_967_295.0);
            assertThat(metadata.type("u16")).isEqualTo(GgufValueType.UINT16);
            assertThat(metadata.length("u16")).isEqualTo(1);
            assertThat(metadata.keys())
                    .containsExactly(
                            "string", "yes", "no", "u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64");
            assertThat(metadata.has("f64")).isTrue();
            assertThat(metadata.has("F64")).isFalse();
        });
    }

    @Test
    void absentKeysGiveTheFallbackOrNothing() {
        with(new GgufWriter(), metadata -> {
            assertThat(metadata.string("k", "x")).isEqualTo("x");
            assertThat(metadata.integer("k", 5)).isEqualTo(5);
            assertThat(metadata.int32("k", 6)).isEqualTo(6);
            assertThat(metadata.real("k", 0.5)).isEqualTo(0.5);
            assertThat(metadata.bool("k", true)).isTrue();
        });
    }

    @Test
    void presentKeysGiveTheirValueAndNotTheFallback() {
        GgufWriter writer = new GgufWriter()
                .string("s", "y")
                .uint32("i", 7)
                .float32("f", 2)
                .bool("b", false)
                .strings("ss", List.of("a"))
                .ints("is", List.of(1))
                .floats("fs", List.of(2f))
                .array("bs", GgufValueType.BOOL, List.of(true));
        with(writer, metadata -> {
            assertThat(metadata.string("s", "x")).isEqualTo("y");
            assertThat(metadata.integer("i", 5)).isEqualTo(7);
            assertThat(metadata.int32("i", 6)).isEqualTo(7);
            assertThat(metadata.real("f", 0.5)).isEqualTo(2);
            assertThat(metadata.bool("b", true)).isFalse();
            assertThat(metadata.string("s")).isEqualTo("y");
            assertThat(metadata.integer("i")).isEqualTo(7);
            assertThat(metadata.int32("i")).isEqualTo(7);
            assertThat(metadata.real("f")).isEqualTo(2);
            assertThat(metadata.bool("b")).isEqualTo(false);
            assertThat(metadata.strings("ss")).containsExactly("a");
            assertThat(metadata.ints("is")).containsExactly(1);
            assertThat(metadata.floats("fs")).containsExactly(2);
            assertThat(metadata.bools("bs")).containsExactly(true);
        });
    }

    @Test
    void absentKeyIsNamed() {
        with(new GgufWriter(), metadata -> {
            List<ThrowingCallable> lookups = List.of(
                    () -> metadata.string("a.key"),
                    () -> metadata.integer("a.key"),
                    () -> metadata.int32("a.key"),
                    () -> metadata.real("a.key"),
                    () -> metadata.bool("a.key"),
                    () -> metadata.strings("a.key"),
                    () -> metadata.ints("a.key"),
                    () -> metadata.floats("a.key"),
                    () -> metadata.bools("a.key"),
                    () -> metadata.type("a.key"),
                    () -> metadata.elementType("a.key"),
                    () -> metadata.length("a.key"),
                    () -> metadata.intsPerLayer("a.key", 3),
                    () -> metadata.value("a.key"),
                    () -> metadata.preview("a.key", 10));
            for (ThrowingCallable lookup : lookups) {
                assertRefused(lookup, "metadata 'a.key': the file does not have it: use a complete model file");
            }
        });
    }

    @Test
    void wrongTypesAreRefusedWithWhatIsThere() {
        GgufWriter writer = new GgufWriter()
                .string("text", "a long text that goes on and on, further than anybody wants to read")
                .uint32("number", 5)
                .float32("real", 1.5f)
                .bool("flag", true)
                .strings("texts", List.of("a", "b"))
                .ints("numbers", List.of(1, 2, 3));
        with(writer, metadata -> {
            assertRefused(() -> metadata.string("number"), "expected a string, got UINT32 5");
            assertRefused(() -> metadata.string("number", "x"), "expected a string, got UINT32 5");
            assertRefused(() -> metadata.string("numbers", ""), "expected a string, got an array of 3 INT32");
            assertRefused(() -> metadata.integer("real"), "expected an integer, got FLOAT32 1.5");
            assertRefused(() -> metadata.integer("flag", 1), "expected an integer, got BOOL true");
            assertRefused(() -> metadata.int32("text"), "got STRING 'a long text that goes on and on, further...'");
            assertRefused(() -> metadata.real("flag"), "expected a number, got BOOL true");
            assertRefused(() -> metadata.bool("number"), "expected a bool, got UINT32 5");
            assertRefused(() -> metadata.strings("numbers"), "expected an array of strings, got an array of 3 INT32");
            assertRefused(() -> metadata.strings("text"), "expected an array of strings, got STRING");
            assertRefused(() -> metadata.ints("texts"), "expected an array of integers, got an array of 2 STRING");
            assertRefused(() -> metadata.ints("number"), "expected an array of integers, got UINT32 5");
            assertRefused(() -> metadata.floats("texts"), "expected an array of numbers, got an array of 2 STRING");
            assertRefused(() -> metadata.bools("numbers"), "expected an array of bools, got an array of 3 INT32");
        });
    }

    @Test
    void errorAboutAValueNamesItsByte() {
        GgufBytes bytes = GgufBytes.header(0, 1)
                .key("k", GgufValueType.ARRAY)
                .u32(GgufValueType.UINT8.ggufId())
                .u64(1)
                .mark()
                .u8(1);
        try (GgufFile file = GgufFile.of("test.gguf", MemorySegment.ofArray(bytes.toBytes()))) {
            assertThatExceptionOfType(GgufException.class)
                    .isThrownBy(() -> file.metadata().string("k"))
                    .withMessage("test.gguf: metadata 'k' at byte " + bytes.marked()
                            + ": expected a string, got an array of 1 UINT8")
                    .satisfies(e -> assertThat(e.byteOffset()).isEqualTo(bytes.marked()));
        }
    }

    @Test
    void integersOutOfRangeAreRefused() {
        GgufWriter writer = new GgufWriter()
                .put("u64", GgufValueType.UINT64, -1L)
                .put("u32", GgufValueType.UINT32, -1)
                .array("u32s", GgufValueType.UINT32, List.of(1, -1));
        with(writer, metadata -> {
            assertRefused(() -> metadata.integer("u64"), "18446744073709551615 is more than 9223372036854775807");
            assertRefused(() -> metadata.int32("u32"), "4294967295 is not from -2147483648 to 2147483647");
            assertRefused(() -> metadata.int32("u32", 0), "4294967295 is not from");
            assertRefused(() -> metadata.ints("u32s"), "4294967295 is not from");
            assertThat(metadata.real("u64")).isEqualTo(0x1p64);
        });
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"BOOL", "STRING", "ARRAY"})
    void arraysOfEveryNumberAreRead(GgufValueType type) {
        with(new GgufWriter().array("k", type, List.of(1, 0, 100)), metadata -> {
            assertThat(metadata.type("k")).isEqualTo(GgufValueType.ARRAY);
            assertThat(metadata.elementType("k")).isEqualTo(type);
            assertThat(metadata.length("k")).isEqualTo(3);
            assertThat(metadata.floats("k")).containsExactly(1, 0, 100);
            if (type.isInteger()) {
                assertThat(metadata.ints("k")).containsExactly(1, 0, 100);
            }
        });
    }

    @Test
    void boolArraysAreRead() {
        with(
                new GgufWriter().array("k", GgufValueType.BOOL, List.of(true, false, true)),
                metadata -> assertThat(metadata.bools("k")).containsExactly(true, false, true));
    }

    @Test
    void onePerLayerIsASingleValueOrAnArray() {
        GgufWriter writer = new GgufWriter().uint32("one", 4).ints("three", List.of(1, 2, 3));
        with(writer, metadata -> {
            assertThat(metadata.intsPerLayer("one", 3)).containsExactly(4, 4, 4);
            assertThat(metadata.intsPerLayer("three", 3)).containsExactly(1, 2, 3);
            assertRefused(
                    () -> metadata.intsPerLayer("three", 4), "expected one value or one for each of 4 layers, got 3");
        });
    }

    @Test
    void stringsAreDecodedWhenAskedFor() {
        List<String> texts = List.of("", "a", "▁the", "\uD83D\uDE00", "end");
        with(new GgufWriter().strings("k", texts), metadata -> {
            GgufStrings strings = metadata.strings("k");
            assertThat(strings).containsExactlyElementsOf(texts);
            assertThat(strings.bytes(2)).isEqualTo("▁the".getBytes(StandardCharsets.UTF_8));
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> strings.get(5));
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> strings.bytes(-1));
        });
    }

    /** Vocabularies may hold pieces of characters. */
    @Test
    void stringsThatAreNotUtf8KeepTheirBytes() {
        byte[] bytes = GgufBytes.header(0, 1)
                .key("k", GgufValueType.ARRAY)
                .u32(GgufValueType.STRING.ggufId())
                .u64(1)
                .u64(2)
                .u8('a')
                .u8(0xE2)
                .toBytes();
        try (GgufFile file = GgufFile.of("test.gguf", MemorySegment.ofArray(bytes))) {
            GgufStrings strings = file.metadata().strings("k");
            assertThat(strings.get(0)).isEqualTo("a\uFFFD");
            assertThat(strings.bytes(0)).containsExactly('a', 0xE2);
        }
    }

    @Test
    void anyValueCanBeListed() {
        GgufWriter.Array inner = new GgufWriter.Array(GgufValueType.STRING, List.of("x", "y"));
        GgufWriter.Array flags = new GgufWriter.Array(GgufValueType.BOOL, List.of(true));
        GgufWriter writer = new GgufWriter()
                .string("string", "s")
                .bool("bool", true)
                .uint32("u32", -1)
                .put("u64", GgufValueType.UINT64, -1L)
                .put("small u64", GgufValueType.UINT64, 3)
                .float32("f32", 0.1f)
                .put("f64", GgufValueType.FLOAT64, 0.1)
                .strings("strings", List.of("a", "b"))
                .ints("ints", List.of(1, 2))
                .array("f64s", GgufValueType.FLOAT64, List.of(0.5))
                .array("nested", GgufValueType.ARRAY, List.of(inner, flags));
        with(writer, metadata -> {
            assertThat(metadata.value("string")).isEqualTo("s");
            assertThat(metadata.value("bool")).isEqualTo(true);
            assertThat(metadata.value("u32")).isEqualTo(4_294_967_295L);
            assertThat(metadata.value("u64")).isEqualTo(new BigInteger("18446744073709551615"));
            assertThat(metadata.value("small u64")).isEqualTo(3L);
            assertThat(metadata.value("f32")).isEqualTo(0.1f);
            assertThat(metadata.value("f64")).isEqualTo(0.1);
            assertThat(metadata.value("strings")).isEqualTo(List.of("a", "b"));
            assertThat(metadata.value("ints")).isEqualTo(List.of(1L, 2L));
            assertThat(metadata.value("f64s")).isEqualTo(List.of(0.5));
            assertThat(metadata.value("nested")).isEqualTo(List.of(List.of("x", "y"), List.of(true)));
        });
    }

    @Test
    void previewsFitOneLine() {
        GgufWriter.Array inner = new GgufWriter.Array(GgufValueType.STRING, List.of("x", "y"));
        GgufWriter writer = new GgufWriter()
                .string("short", "it's")
                .string("lines", "a\nb\tc\r\u001b[31m\u2028\uD83D\uDE00\u202E")
                .string("long", "x".repeat(500))
                .uint32("number", 42)
                .ints("few", List.of(1, 2, 3))
                .ints("none", List.of())
                .ints("many", Collections.nCopies(1000, 7))
                .strings("long texts", List.of("y".repeat(500), "z"))
                .array("nested", GgufValueType.ARRAY, List.of(inner, inner));
        with(writer, metadata -> {
            assertThat(metadata.preview("short", 20)).isEqualTo("'it's'");
            assertThat(metadata.preview("lines", 40)).isEqualTo("'a\\nb\\tc\\r\\u001b[31m\\u2028\uD83D\uDE00\\u202e'");
            assertThat(metadata.preview("long", 5)).isEqualTo("'xxxxx...' (500 characters)");
            assertThat(metadata.preview("number", 1)).isEqualTo("42");
            assertThat(metadata.preview("few", 20)).isEqualTo("[1, 2, 3]");
            assertThat(metadata.preview("none", 20)).isEqualTo("[]");
            assertThat(metadata.preview("many", 10)).isEqualTo("[7, 7, 7, 7, ...] (1000 values)");
            assertThat(metadata.preview("long texts", 5)).isEqualTo("['yyyyy...', ...] (2 values)");
            assertThat(metadata.preview("nested", 40)).isEqualTo("[['x', 'y'], ['x', 'y']]");
            assertThat(metadata.preview("nested", 0)).isEqualTo("[...] (2 values)");
        });
    }
}
