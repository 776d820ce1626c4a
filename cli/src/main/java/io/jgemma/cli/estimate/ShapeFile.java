package io.jgemma.cli.estimate;

import io.jgemma.cli.io.SparseFile;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A GGUF file of a shape: header and tensor table as a converter would write them, and a hole in place of the weights. So a model
 * that is nowhere is planned as one that lies on the disk. Closing it removes the file.
 */
final class ShapeFile implements AutoCloseable {
    private static final int ALIGNMENT = 32;
    private static final int VERSION = 3;
    private static final int UINT32 = 4;
    private static final int FLOAT32 = 6;
    private static final int STRING = 8;

    private final Path path;
    private final GgufFile file;

    private record Entry(String name, QuantType type, int columns, int rows) {
        long bytes() {
            return type.bytes((long) columns * rows);
        }
    }

    private ShapeFile(Path path) {
        this.path = path;
        file = GgufFile.open(path);
    }

    /**
     * The file of a shape.
     *
     * @param type how matrices are stored; norms are F32, and an output matrix of its own is Q6_K where {@code type} has 4 bits, as
     *     quantizing programs have it
     */
    static ShapeFile of(Shape shape, QuantType type) throws IOException {
        Path path = Files.createTempFile("jgemma-shape", ".gguf");
        boolean complete = false;
        try {
            List<Entry> tensors = tensors(shape, type);
            byte[] header = header(shape, tensors);
            long bytes = header.length
                    + tensors.stream()
                            .mapToLong(tensor -> aligned(tensor.bytes()))
                            .sum();
            SparseFile.write(path, header, bytes);
            ShapeFile file = new ShapeFile(path);
            complete = true;
            return file;
        } finally {
            if (!complete) {
                Files.deleteIfExists(path);
            }
        }
    }

    /** The open file. */
    GgufFile file() {
        return file;
    }

    private static List<Entry> tensors(Shape shape, QuantType type) {
        boolean gemma = shape.architecture().equals("gemma3");
        int hidden = shape.hidden();
        int q = shape.heads() * shape.headDim();
        int kv = shape.kvHeads() * shape.headDim();
        List<Entry> all = new ArrayList<>();
        all.add(new Entry("token_embd.weight", type, hidden, shape.vocabulary()));
        all.add(norm("output_norm", hidden));
        if (!shape.tied()) {
            all.add(new Entry("output.weight", outputType(shape, type), hidden, shape.vocabulary()));
        }
        for (int i = 0; i < shape.layers(); i++) {
            String block = "blk." + i + ".";
            all.add(norm(block + "attn_norm", hidden));
            all.add(new Entry(block + "attn_q.weight", type, hidden, q));
            all.add(new Entry(block + "attn_k.weight", type, hidden, kv));
            all.add(new Entry(block + "attn_v.weight", type, hidden, kv));
            all.add(new Entry(block + "attn_output.weight", type, q, hidden));
            all.add(norm(block + "ffn_norm", hidden));
            all.add(new Entry(block + "ffn_gate.weight", type, hidden, shape.feedForward()));
            all.add(new Entry(block + "ffn_up.weight", type, hidden, shape.feedForward()));
            all.add(new Entry(block + "ffn_down.weight", type, shape.feedForward(), hidden));
            if (gemma) {
                all.add(norm(block + "post_attention_norm", hidden));
                all.add(norm(block + "post_ffw_norm", hidden));
                all.add(norm(block + "attn_q_norm", shape.headDim()));
                all.add(norm(block + "attn_k_norm", shape.headDim()));
            }
        }
        return all;
    }

    private static Entry norm(String name, int columns) {
        return new Entry(name + ".weight", QuantTypes.F32, columns, 1);
    }

    private static QuantType outputType(Shape shape, QuantType type) {
        QuantType finer = QuantTypes.Q6_K;
        boolean coarse = type.blockBytes() * finer.blockSize() < finer.blockBytes() * type.blockSize();
        return coarse && shape.hidden() % finer.blockSize() == 0 ? finer : type;
    }

    private static byte[] header(Shape shape, List<Entry> tensors) {
        String prefix = shape.architecture() + ".";
        Bytes out = new Bytes();
        out.raw("GGUF".getBytes(StandardCharsets.US_ASCII));
        out.u32(VERSION);
        out.u64(tensors.size());
        List<Runnable> metadata = List.of(
                () -> out.text("general.architecture", shape.architecture()),
                () -> out.text("general.name", shape.name()),
                () -> out.number(prefix + "context_length", shape.contextTokens()),
                () -> out.number(prefix + "embedding_length", shape.hidden()),
                () -> out.number(prefix + "block_count", shape.layers()),
                () -> out.number(prefix + "feed_forward_length", shape.feedForward()),
                () -> out.number(prefix + "attention.head_count", shape.heads()),
                () -> out.number(prefix + "attention.head_count_kv", shape.kvHeads()),
                () -> out.number(prefix + "attention.key_length", shape.headDim()),
                () -> out.number(prefix + "attention.value_length", shape.headDim()),
                () -> out.number(prefix + "attention.sliding_window", shape.window()),
                () -> out.real(prefix + "attention.layer_norm_rms_epsilon", 1e-6f));
        out.u64(metadata.size());
        metadata.forEach(Runnable::run);
        long offset = 0;
        for (Entry tensor : tensors) {
            out.string(tensor.name());
            out.u32(2);
            out.u64(tensor.columns());
            out.u64(tensor.rows());
            out.u32(tensor.type().ggufId());
            out.u64(offset);
            offset += aligned(tensor.bytes());
        }
        out.align();
        return out.toByteArray();
    }

    private static long aligned(long bytes) {
        return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
    }

    /** Little-endian fields of a header. */
    private static final class Bytes {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        void raw(byte[] bytes) {
            out.writeBytes(bytes);
        }

        void u32(int value) {
            raw(ByteBuffer.allocate(Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value)
                    .array());
        }

        void u64(long value) {
            raw(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(value)
                    .array());
        }

        void string(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            u64(bytes.length);
            raw(bytes);
        }

        void text(String key, String value) {
            string(key);
            u32(STRING);
            string(value);
        }

        void number(String key, int value) {
            string(key);
            u32(UINT32);
            u32(value);
        }

        void real(String key, float value) {
            string(key);
            u32(FLOAT32);
            u32(Float.floatToIntBits(value));
        }

        void align() {
            while (out.size() % ALIGNMENT != 0) {
                out.write(0);
            }
        }

        byte[] toByteArray() {
            return out.toByteArray();
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
        Files.deleteIfExists(path);
    }
}
