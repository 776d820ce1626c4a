package io.jgemma.cuda.backend;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufMetadata;
import io.jgemma.engine.gguf.GgufShape;
import io.jgemma.engine.gguf.GgufValueType;
import io.jgemma.engine.gguf.GgufWriter;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/**
 * A Gemma 3 of any shape with random weights, and the tokenizer of the small model among the tests. Every second layer has no
 * window.
 */
record ShapedModel(
        QuantType type, int layers, int hidden, int feedForward, int heads, int kvHeads, int dim, int window) {
    static final int VOCABULARY = 1024;

    private static final String TOKENIZER = "/golden/gemma3-tiny-q4_0.gguf";

    /** Writes the model. */
    Path write(Path file) {
        GgufWriter writer = new GgufWriter();
        writer.string("general.architecture", "gemma3");
        writer.uint32("gemma3.block_count", layers).uint32("gemma3.context_length", 8192);
        writer.uint32("gemma3.embedding_length", hidden).uint32("gemma3.feed_forward_length", feedForward);
        writer.uint32("gemma3.attention.head_count", heads).uint32("gemma3.attention.head_count_kv", kvHeads);
        writer.uint32("gemma3.attention.key_length", dim).uint32("gemma3.attention.value_length", dim);
        writer.float32("gemma3.attention.layer_norm_rms_epsilon", 1e-6f);
        writer.uint32("gemma3.attention.sliding_window", window).uint32("gemma3.attention.sliding_window_pattern", 2);
        addTokenizer(writer);
        Random random = new Random(7);
        matrix(writer, "token_embd", VOCABULARY, hidden, random);
        matrix(writer, "output", VOCABULARY, hidden, random);
        ones(writer, "output_norm", hidden);
        for (int i = 0; i < layers; i++) {
            String layer = "blk." + i + ".";
            for (String norm : List.of("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm")) {
                ones(writer, layer + norm, hidden);
            }
            ones(writer, layer + "attn_q_norm", dim);
            ones(writer, layer + "attn_k_norm", dim);
            matrix(writer, layer + "attn_q", heads * dim, hidden, random);
            matrix(writer, layer + "attn_k", kvHeads * dim, hidden, random);
            matrix(writer, layer + "attn_v", kvHeads * dim, hidden, random);
            matrix(writer, layer + "attn_output", hidden, heads * dim, random);
            matrix(writer, layer + "ffn_gate", feedForward, hidden, random);
            matrix(writer, layer + "ffn_up", feedForward, hidden, random);
            matrix(writer, layer + "ffn_down", hidden, feedForward, random);
        }
        writer.write(file);
        return file;
    }

    private static void addTokenizer(GgufWriter writer) {
        try (InputStream in = Objects.requireNonNull(ShapedModel.class.getResourceAsStream(TOKENIZER));
                GgufFile file = GgufFile.read("tokenizer", in)) {
            GgufMetadata metadata = file.metadata();
            for (String key : metadata.keys()) {
                if (key.startsWith("tokenizer.")) {
                    GgufValueType type = metadata.type(key);
                    if (type == GgufValueType.ARRAY) {
                        writer.array(key, metadata.elementType(key), (List<?>) metadata.value(key));
                    } else {
                        writer.put(key, type, metadata.value(key));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void ones(GgufWriter writer, String name, int n) {
        float[] values = new float[n];
        Arrays.fill(values, 1);
        writer.tensor(name + ".weight", QuantTypes.F32, GgufShape.of(n), values);
    }

    /** Random codes whose scales make outputs about as large as inputs. */
    private void matrix(GgufWriter writer, String name, int rows, int columns, Random random) {
        byte[] blocks = new byte[Math.toIntExact(type.bytes((long) rows * columns))];
        random.nextBytes(blocks);
        ByteBuffer bytes = ByteBuffer.wrap(blocks).order(ByteOrder.LITTLE_ENDIAN);
        // d, and for Q4_K also dmin, at which the minima of 6 bits cancel the mean of the codes.
        int at = type.equals(QuantTypes.Q6_K) ? 208 : 0;
        float unit = type.equals(QuantTypes.Q4_0)
                ? 4.6f
                : type.equals(QuantTypes.Q8_0) ? 74 : type.equals(QuantTypes.Q4_K) ? 170 : 1400;
        short scale = Float.floatToFloat16((float) (1 / Math.sqrt(columns)) / unit);
        for (int block = 0; block < blocks.length; block += type.blockBytes()) {
            bytes.putShort(block + at, scale);
            if (type.equals(QuantTypes.Q4_K)) {
                bytes.putShort(block + 2, Float.floatToFloat16(7.5f * Float.float16ToFloat(scale)));
            }
        }
        writer.tensor(name + ".weight", type, GgufShape.of(columns, rows), blocks);
    }
}
