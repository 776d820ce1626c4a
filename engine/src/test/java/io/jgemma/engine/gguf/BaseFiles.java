package io.jgemma.engine.gguf;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Small good files for tests to read and to break. */
final class BaseFiles {
    private BaseFiles() {}

    /** All of them. */
    static List<byte[]> all() {
        return List.of(everything(), vocabulary(300), nested(), tensors(), part());
    }

    /** Every type of value, arrays of each, and three tensors. */
    static byte[] everything() {
        GgufWriter writer = new GgufWriter()
                .version(2)
                .string("general.architecture", "test")
                .alignment(16);
        Object[] numbers = {200, -100, 60_000, -30_000, 4_000_000_000L, -2_000_000_000, 1.5f};
        for (GgufValueType type : GgufValueType.values()) {
            Object value = switch (type) {
                case STRING -> "text äöü €";
                case BOOL -> true;
                case FLOAT64 -> 0.1;
                case UINT64 -> -1L;
                case INT64 -> Long.MIN_VALUE;
                case ARRAY -> new GgufWriter.Array(GgufValueType.UINT8, List.of(1, 2, 3));
                default -> numbers[type.ggufId()];
            };
            writer.put("scalar." + type, type, value);
            writer.array("array." + type, type, List.of(value, value, value));
            writer.array("empty." + type, type, List.of());
        }
        return writer.tensor("token_embd.weight", QuantTypes.Q4_0, GgufShape.of(64, 3), values(192))
                .tensor("output_norm.weight", QuantTypes.F32, GgufShape.of(5), values(5))
                .tensor("blk.0.ffn_up.weight", QuantTypes.F16, GgufShape.of(3, 2, 2), values(12))
                .toBytes();
    }

    /** Strings, scores and types as tokenizers have them, and no tensors. */
    static byte[] vocabulary(int tokens) {
        List<String> pieces = new ArrayList<>();
        List<Float> scores = new ArrayList<>();
        List<Integer> types = new ArrayList<>();
        for (int i = 0; i < tokens; i++) {
            pieces.add("\u2581piece" + Integer.toString(i, 36));
            scores.add(-(float) i);
            types.add(1 + i % 6);
        }
        return new GgufWriter()
                .string("general.architecture", "gemma3")
                .string("tokenizer.ggml.model", "llama")
                .strings("tokenizer.ggml.tokens", pieces)
                .floats("tokenizer.ggml.scores", scores)
                .ints("tokenizer.ggml.token_type", types)
                .uint32("tokenizer.ggml.bos_token_id", 2)
                .bool("tokenizer.ggml.add_bos_token", true)
                .string("tokenizer.chat_template", "{% for m in messages %}{{ m }}{% endfor %}")
                .toBytes();
    }

    /** Arrays in arrays, as deep as is allowed. */
    static byte[] nested() {
        GgufWriter.Array strings = new GgufWriter.Array(GgufValueType.STRING, List.of("a", "", "ccc"));
        GgufWriter.Array bools = new GgufWriter.Array(GgufValueType.BOOL, List.of(true, false));
        GgufWriter.Array two = new GgufWriter.Array(GgufValueType.ARRAY, List.of(strings, bools, strings));
        GgufWriter.Array three = new GgufWriter.Array(GgufValueType.ARRAY, List.of(two, two));
        return new GgufWriter()
                .array("two", GgufValueType.ARRAY, List.of(strings, bools))
                .array("three", GgufValueType.ARRAY, List.of(two, two))
                .array("four", GgufValueType.ARRAY, List.of(three, three, three))
                .toBytes();
    }

    /** One tensor of every type. */
    static byte[] tensors() {
        Random random = new Random(3);
        GgufWriter writer = new GgufWriter().string("general.architecture", "test");
        for (QuantType type : QuantTypes.all()) {
            byte[] blocks = new byte[3 * type.blockBytes()];
            random.nextBytes(blocks);
            writer.tensor("tensor." + type.name(), type, GgufShape.of(type.blockSize(), 3), blocks);
        }
        return writer.toBytes();
    }

    /** The only part of a split model. */
    static byte[] part() {
        return new GgufWriter()
                .string("general.architecture", "test")
                .split(1, 1, 1)
                .tensor("a", QuantTypes.F32, GgufShape.of(4), values(4))
                .toBytes();
    }

    static float[] values(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (i % 17 - 8) * 0.25f;
        }
        return values;
    }
}
