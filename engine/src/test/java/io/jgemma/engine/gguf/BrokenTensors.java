package io.jgemma.engine.gguf;

import static io.jgemma.engine.gguf.BrokenFile.broken;
import static io.jgemma.engine.gguf.GgufBytes.header;

import io.jgemma.engine.quant.QuantTypes;
import java.util.List;
import java.util.stream.Stream;

/** Files whose tensor table or tensors are broken. */
final class BrokenTensors {
    private static final int F32 = QuantTypes.F32.ggufId();
    private static final int Q4_0 = QuantTypes.Q4_0.ggufId();

    private BrokenTensors() {}

    static Stream<BrokenFile> files() {
        return Stream.of(tensorRows(), tensorData()).flatMap(List::stream);
    }

    private static List<BrokenFile> tensorRows() {
        return List.of(
                broken("empty name", header(1, 0).mark().u64(0).zeros(60), "tensor 0, name", "not 0"),
                broken(
                        "name longer than the file",
                        header(1, 0).mark().u64(1000).zeros(60),
                        "tensor 0, name",
                        "a string of 1000 bytes, but only 60 are left"),
                broken(
                        "name that is not UTF-8",
                        header(1, 0).u64(1).mark().u8(0xFF).zeros(60),
                        "tensor 0, name",
                        "not UTF-8"),
                broken(
                        "name twice",
                        header(2, 0)
                                .tensor("t", F32, 0, 8)
                                .mark()
                                .tensor("t", F32, 32, 8)
                                .pad(32)
                                .zeros(64),
                        "tensor 't', name",
                        "it appears twice"),
                broken(
                        "rank 0",
                        header(1, 0).string("t").mark().u32(0).zeros(60),
                        "tensor 't', rank",
                        "a tensor has 1 to 4 dimensions, not 0"),
                broken("rank 5", header(1, 0).string("t").mark().u32(5).zeros(60), "tensor 't', rank", "not 5"),
                broken(
                        "rank 2^32 - 1",
                        header(1, 0).string("t").mark().u32(-1).zeros(60),
                        "tensor 't', rank",
                        "not 4294967295"),
                broken(
                        "dimension 0",
                        header(1, 0).string("t").u32(2).u64(8).mark().u64(0).zeros(60),
                        "tensor 't', dimension 1",
                        "0 elements cannot be"),
                broken(
                        "dimension 2^63",
                        header(1, 0).string("t").u32(1).mark().u64(1L << 63).zeros(60),
                        "tensor 't', dimension 0",
                        "9223372036854775808 elements cannot be"),
                broken(
                        "elements overflow in the second dimension",
                        header(1, 0)
                                .string("t")
                                .u32(2)
                                .u64(1L << 32)
                                .mark()
                                .u64(1L << 31)
                                .zeros(60),
                        "tensor 't', dimension 1",
                        "the number of elements exceeds 63 bits"),
                broken(
                        "elements overflow to a small number",
                        header(1, 0)
                                .string("t")
                                .u32(4)
                                .u64(1L << 32)
                                .u64(4)
                                .u64(1L << 28)
                                .mark()
                                .u64(32)
                                .zeros(60),
                        "tensor 't', dimension 3",
                        "the number of elements exceeds 63 bits"),
                broken(
                        "dimensions cut",
                        header(1, 0)
                                .string("a.tensor")
                                .u32(4)
                                .u64(1)
                                .u64(1)
                                .mark()
                                .u32(1),
                        "tensor 'a.tensor', dimension",
                        "needs 8 bytes, but only 4 are left"),
                broken(
                        "row of part of a block",
                        header(1, 0)
                                .string("t")
                                .u32(2)
                                .mark()
                                .u64(33)
                                .u64(32)
                                .u32(Q4_0)
                                .u64(0)
                                .pad(32)
                                .zeros(4096),
                        "tensor 't', dimension 0",
                        "a row of 33 elements is not a whole number of Q4_0 blocks of 32"),
                broken("type IQ2_XXS", type(16), "tensor 't', type", "tensor type IQ2_XXS is not supported"),
                broken("type Q4_2", type(4), "tensor 't', type", "tensor type Q4_2 is not supported"),
                broken("type I32", type(26), "tensor 't', type", "tensor type I32 is not supported"),
                broken("type 77", type(77), "tensor 't', type", "unknown tensor type number 77"),
                broken("type -1", type(-1), "tensor 't', type", "unknown tensor type number 4294967295"),
                broken(
                        "tensor larger than any file",
                        header(1, 0)
                                .string("t")
                                .mark()
                                .u32(1)
                                .u64(1L << 62)
                                .u32(F32)
                                .u64(0)
                                .pad(32)
                                .zeros(64),
                        "tensor 't', dimensions",
                        "[4611686018427387904] of F32 take more bytes than the whole file has"));
    }

    static GgufBytes type(int id) {
        return header(1, 0)
                .string("t")
                .u32(1)
                .u64(256)
                .mark()
                .u32(id)
                .u64(0)
                .pad(32)
                .zeros(4096);
    }

    private static GgufBytes offset(long offset, int dataBytes) {
        return header(1, 0)
                .string("t")
                .u32(1)
                .u64(8)
                .u32(F32)
                .mark()
                .u64(offset)
                .pad(32)
                .zeros(dataBytes);
    }

    private static List<BrokenFile> tensorData() {
        return List.of(
                broken("offset 8", offset(8, 64), "tensor 't', offset", "8 is not a multiple of the alignment 32"),
                broken(
                        "offset 2^63",
                        offset(1L << 63, 64),
                        "tensor 't', offset",
                        "9223372036854775808 is not a multiple of the alignment 32"),
                broken(
                        "offset past the end",
                        offset(96, 64),
                        "tensor 't', offset",
                        "32 bytes at 96 of the data, which has only 64 bytes: the file is truncated: download it"
                                + " again"),
                broken("offset + size overflow", offset(Long.MAX_VALUE - 31, 64), "tensor 't', offset", "has only 64"),
                broken("one byte short", offset(0, 31), "tensor 't', offset", "has only 31 bytes"),
                broken("no data at all", offset(0, 0), "tensor 't', offset", "has only 0 bytes"),
                broken(
                        "padding cut too",
                        header(1, 0).string("t").u32(1).u64(1).u32(F32).mark().u64(0),
                        "tensor 't', offset",
                        "has only 0 bytes"),
                broken(
                        "two tensors at one place",
                        header(2, 0)
                                .tensor("a", F32, 0, 8)
                                .markAfter(8 + 1 + 4 + 8 + 4)
                                .tensor("b", F32, 0, 8)
                                .pad(32)
                                .zeros(64),
                        "tensor 'b', offset",
                        "its bytes overlap those of tensor 'a'"),
                broken(
                        "last bytes of one in another, listed first",
                        header(2, 0)
                                .markAfter(8 + 1 + 4 + 8 + 4)
                                .tensor("b", F32, 32, 8)
                                .tensor("a", F32, 0, 9)
                                .pad(32)
                                .zeros(128),
                        "tensor 'b', offset",
                        "its bytes overlap those of tensor 'a'"));
    }
}
