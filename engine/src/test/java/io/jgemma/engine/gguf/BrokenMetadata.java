package io.jgemma.engine.gguf;

import static io.jgemma.engine.gguf.BrokenFile.broken;
import static io.jgemma.engine.gguf.GgufBytes.header;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Files that are broken before their tensor table, or are not GGUF at all. */
final class BrokenMetadata {
    private BrokenMetadata() {}

    static Stream<BrokenFile> files() {
        return Stream.of(notGguf(), headers(), keys(), values(), arrays(), alignments())
                .flatMap(List::stream);
    }

    private static BrokenFile foreign(String name, String content, String problem) {
        return broken(
                name,
                new GgufBytes().mark().bytes(content.getBytes(StandardCharsets.ISO_8859_1)),
                "magic",
                "not a GGUF file: " + problem);
    }

    private static List<BrokenFile> notGguf() {
        return List.of(
                foreign("empty", "", "it is empty"),
                foreign("three bytes", "GGU", "it starts with 'GGU'"),
                foreign("text", "Dear reader,\nthis is", "it starts with 'Dear reader,\\nthi': name a .gguf file"),
                foreign("binary", "\u0000\u001bx\u00ff", "it starts with '\\x00\\x1bx\\xff'"),
                foreign("web page", "\n<!DOCTYPE html><html>", "this is a web page"),
                foreign("LFS pointer", "version https://git-lfs.github.com/spec/v1\noid", "this is a Git LFS pointer"),
                foreign("GGML", "lmgg\1\0\0\0", "this is a GGML file"),
                foreign("GGJT", "tjgg\1\0\0\0", "this is a GGML file"),
                foreign("reversed magic", "FUGG\3\0\0\0", "the magic number is reversed"),
                foreign("ZIP", "PK\3\4....", "this is a ZIP archive"),
                foreign("safetensors", "\20\0\0\0\0\0\0\0{\"__metadata__\"", "this seems to be a safetensors file"));
    }

    private static List<BrokenFile> headers() {
        return List.of(
                broken("magic alone", new GgufBytes().text("GGUF").mark(), "header", "needs 24 bytes, the file has 4"),
                broken(
                        "one byte short",
                        header(0, 0).toPrefix(23),
                        "header",
                        "the file is truncated: download it again"),
                broken("version 0", start(0), "version", "GGUF version 0 is not supported"),
                broken("version 1", start(1), "version", "GGUF version 1 is not supported, 2 and 3 are: convert"),
                broken("version 4", start(4), "version", "get a newer jgemma"),
                broken("version -1", start(-1), "version", "GGUF version 4294967295 is not supported"),
                broken("big endian 2", start(0x0200_0000), "version", "a big-endian file (version 2)"),
                broken("big endian 3", start(0x0300_0000), "version", "only little-endian ones are supported"),
                broken(
                        "one tensor, no room",
                        new GgufBytes().text("GGUF").u32(3).mark().u64(1).u64(0),
                        "tensor count",
                        "1 of at least 33 bytes each cannot fit in the 8 bytes that follow"),
                broken(
                        "2^64 - 1 tensors",
                        new GgufBytes()
                                .text("GGUF")
                                .u32(3)
                                .mark()
                                .u64(-1)
                                .u64(0)
                                .zeros(100),
                        "tensor count",
                        "18446744073709551615 of at least"),
                broken(
                        "2^63 entries",
                        new GgufBytes()
                                .text("GGUF")
                                .u32(3)
                                .u64(0)
                                .mark()
                                .u64(Long.MIN_VALUE)
                                .zeros(100),
                        "metadata count",
                        "9223372036854775808 of at least 14 bytes each"),
                broken(
                        "one entry too many",
                        new GgufBytes().text("GGUF").u32(3).u64(0).mark().u64(2).zeros(27),
                        "metadata count",
                        "2 of at least 14 bytes each cannot fit in the 27 bytes that follow"),
                broken(
                        "tensor table shorter than its count",
                        new GgufBytes()
                                .text("GGUF")
                                .u32(3)
                                .mark()
                                .u64(3)
                                .u64(1)
                                .key("pad", GgufValueType.STRING)
                                .string("x".repeat(66))
                                .zeros(98),
                        "tensor count",
                        "3 of at least 33 bytes each cannot fit in the 98 bytes after the metadata"));
    }

    private static GgufBytes start(int version) {
        return new GgufBytes().text("GGUF").mark().u32(version).u64(0).u64(0);
    }

    private static List<BrokenFile> keys() {
        return List.of(
                broken("empty key", header(0, 1).mark().u64(0).zeros(40), "metadata entry 0, key", "not 0"),
                broken(
                        "key longer than the file",
                        header(0, 1).mark().u64(41).zeros(40),
                        "metadata entry 0, key",
                        "a string of 41 bytes, but only 40 are left"),
                broken(
                        "key of 2^63 bytes",
                        header(0, 1).mark().u64(Long.MIN_VALUE).zeros(40),
                        "metadata entry 0, key",
                        "a string of 9223372036854775808 bytes"),
                broken(
                        "key of 65,536 bytes",
                        header(0, 1).mark().string("k".repeat(65_536)).u32(7).u8(1),
                        "metadata entry 0, key",
                        "a name has 1 to 65535 bytes, not 65536"),
                broken(
                        "key that is not UTF-8",
                        header(0, 1).u64(2).mark().u8(0xC3).u8(0x28).u32(7).u8(1),
                        "metadata entry 0, key",
                        "not UTF-8"),
                broken(
                        "key twice",
                        header(0, 2)
                                .key("a.b", GgufValueType.BOOL)
                                .u8(1)
                                .mark()
                                .key("a.b", GgufValueType.BOOL)
                                .u8(1),
                        "metadata 'a.b', key",
                        "it appears twice"),
                broken(
                        "second key cut",
                        header(0, 2)
                                .key("a.b", GgufValueType.STRING)
                                .string("0123456789")
                                .mark()
                                .u32(3),
                        "metadata entry 1, key",
                        "needs 8 bytes, but only 4 are left: the file is truncated or damaged: download it again"));
    }

    private static List<BrokenFile> values() {
        return List.of(
                broken(
                        "value type 13",
                        header(0, 1).string("k").mark().u32(13).zeros(20),
                        "metadata 'k', value type",
                        "there is no value type 13, only 0 to 12"),
                broken(
                        "value type -1",
                        header(0, 1).string("k").mark().u32(-1).zeros(20),
                        "metadata 'k', value type",
                        "there is no value type 4294967295"),
                broken(
                        "value type cut",
                        header(0, 1).string("key.k").mark().u8(4),
                        "metadata 'key.k', value type",
                        "needs 4 bytes, but only 1 are left"),
                broken(
                        "integer cut",
                        header(0, 1).key("k", GgufValueType.UINT32).mark().zeros(3),
                        "metadata 'k', value",
                        "needs 4 bytes, but only 3 are left"),
                broken(
                        "double cut",
                        header(0, 1).key("k", GgufValueType.FLOAT64).mark().zeros(7),
                        "metadata 'k', value",
                        "needs 8 bytes"),
                broken(
                        "bool 2",
                        header(0, 1).key("k", GgufValueType.BOOL).mark().u8(2),
                        "metadata 'k', value",
                        "a bool is 0 or 1, not 2"),
                broken(
                        "string one byte too long",
                        header(0, 1)
                                .key("k", GgufValueType.STRING)
                                .mark()
                                .u64(6)
                                .text("abcde"),
                        "metadata 'k', string length",
                        "a string of 6 bytes, but only 5 are left"),
                broken(
                        "string of 2^64 - 1 bytes",
                        header(0, 1)
                                .key("k", GgufValueType.STRING)
                                .mark()
                                .u64(-1)
                                .text("abcde"),
                        "metadata 'k', string length",
                        "a string of 18446744073709551615 bytes"),
                broken(
                        "string length cut",
                        header(0, 1).key("k", GgufValueType.STRING).mark().u32(5),
                        "metadata 'k', string length",
                        "needs 8 bytes, but only 4 are left"),
                broken(
                        "key with a line break",
                        header(0, 1)
                                .key("a\nb\u001b", GgufValueType.BOOL)
                                .mark()
                                .u8(9),
                        "metadata 'a\\nb\\u001b', value",
                        "not 9"),
                broken(
                        "very long key",
                        header(0, 1)
                                .key("k".repeat(1000), GgufValueType.BOOL)
                                .mark()
                                .u8(9),
                        "metadata '" + "k".repeat(80) + "...', value",
                        "not 9"));
    }

    private static GgufBytes array(int elementType) {
        return header(0, 1).key("k", GgufValueType.ARRAY).u32(elementType);
    }

    private static List<BrokenFile> arrays() {
        int uint8 = GgufValueType.UINT8.ggufId();
        int bool = GgufValueType.BOOL.ggufId();
        int string = GgufValueType.STRING.ggufId();
        int array = GgufValueType.ARRAY.ggufId();
        int uint64 = GgufValueType.UINT64.ggufId();
        return List.of(
                broken(
                        "element type 13",
                        header(0, 1)
                                .key("k", GgufValueType.ARRAY)
                                .mark()
                                .u32(13)
                                .u64(0),
                        "metadata 'k', element type",
                        "there is no value type 13"),
                broken(
                        "array longer than the file",
                        array(uint8).mark().u64(6).zeros(5),
                        "metadata 'k', array length",
                        "6 of at least 1 bytes each cannot fit in the 5 bytes that follow"),
                broken(
                        "array whose bytes overflow 64 bits",
                        array(uint64).mark().u64(1L << 61).zeros(64),
                        "metadata 'k', array length",
                        "2305843009213693952 of at least 8 bytes each"),
                broken(
                        "array of 2^64 - 1 strings",
                        array(string).mark().u64(-1).zeros(64),
                        "metadata 'k', array length",
                        "18446744073709551615 of at least 8 bytes each"),
                broken(
                        "second string too long",
                        array(string).u64(2).string("ab").mark().u64(9).text("abcdefgh"),
                        "metadata 'k', string length",
                        "a string of 9 bytes, but only 8 are left"),
                broken(
                        "third string missing",
                        array(string).u64(3).string("0123456789").string("").mark(),
                        "metadata 'k', string length",
                        "needs 8 bytes, but only 0 are left"),
                broken(
                        "bad bool among good ones",
                        array(bool).u64(3).u8(0).u8(1).mark().u8(255),
                        "metadata 'k', value",
                        "a bool is 0 or 1, not 255"),
                broken(
                        "arrays five deep",
                        array(array)
                                .u64(1)
                                .u32(array)
                                .u64(1)
                                .u32(array)
                                .u64(1)
                                .u32(array)
                                .u64(1)
                                .mark()
                                .u32(array)
                                .u64(1)
                                .u32(uint8)
                                .u64(0),
                        "metadata 'k', value",
                        "arrays nested deeper than 4 are refused"),
                broken(
                        "inner array too long",
                        array(array)
                                .u64(2)
                                .u32(uint8)
                                .u64(1)
                                .u8(0)
                                .u32(uint8)
                                .mark()
                                .u64(3)
                                .u16(0),
                        "metadata 'k', array length",
                        "3 of at least 1 bytes each cannot fit in the 2 bytes that follow"),
                broken(
                        "inner element type",
                        array(array).u64(1).mark().u32(99).u64(0),
                        "metadata 'k', element type",
                        "there is no value type 99"));
    }

    private static BrokenFile alignment(String name, GgufValueType type, GgufBytes value, String problem) {
        GgufBytes bytes = header(0, 1).key("general.alignment", type).mark().bytes(value.toBytes());
        return broken("alignment " + name, bytes, "metadata 'general.alignment'", problem);
    }

    private static List<BrokenFile> alignments() {
        String range = "must be a power of two from 8 to 16777216, not ";
        return List.of(
                alignment("0", GgufValueType.UINT32, new GgufBytes().u32(0), range + "0"),
                alignment("1", GgufValueType.UINT32, new GgufBytes().u32(1), range + "1"),
                alignment("12", GgufValueType.UINT32, new GgufBytes().u32(12), range + "12"),
                alignment("2^25", GgufValueType.UINT32, new GgufBytes().u32(1 << 25), range + (1 << 25)),
                alignment("2^31", GgufValueType.UINT32, new GgufBytes().u32(1 << 31), range + (1L << 31)),
                alignment("-32", GgufValueType.INT32, new GgufBytes().u32(-32), range + "-32"),
                alignment("2^63", GgufValueType.UINT64, new GgufBytes().u64(1L << 63), "is more than"),
                alignment(
                        "text",
                        GgufValueType.STRING,
                        new GgufBytes().string("32"),
                        "expected an integer, got STRING '32'"),
                alignment("float", GgufValueType.FLOAT32, new GgufBytes().f32(32), "got FLOAT32 32.0"));
    }
}
