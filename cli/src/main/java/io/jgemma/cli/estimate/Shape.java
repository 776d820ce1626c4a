package io.jgemma.cli.estimate;

import io.jgemma.engine.quant.QuantType;
import java.util.Iterator;
import java.util.List;

/**
 * The shape of a dense model.
 *
 * @param name for people
 * @param architecture {@code llama}, {@code qwen2}, or {@code gemma3} for layers with a window
 * @param layers number of blocks
 * @param hidden elements of the residual stream
 * @param heads query heads
 * @param kvHeads key and value heads
 * @param headDim elements of a head
 * @param feedForward width of the feed-forward
 * @param vocabulary number of tokens
 * @param tied whether the output matrix is the embedding
 * @param window tokens that five of six layers see; 0 = all layers see everything
 * @param contextTokens what it was trained for
 */
record Shape(
        String name,
        String architecture,
        int layers,
        int hidden,
        int heads,
        int kvHeads,
        int headDim,
        int feedForward,
        int vocabulary,
        boolean tied,
        int window,
        int contextTokens) {

    private static final String TABLE = """
            # name,    architecture, layers, hidden, heads, kvHeads, headDim, feedForward, vocabulary, tied, window, context
            Qwen 2.5 0.5B,  qwen2,  24,  896, 14,  2,  64,  4864, 151936, true,     0, 131072
            Qwen 2.5 1.5B,  qwen2,  28, 1536, 12,  2, 128,  8960, 151936, true,     0, 131072
            Qwen 2.5 3B,    qwen2,  36, 2048, 16,  2, 128, 11008, 151936, true,     0, 131072
            Qwen 2.5 7B,    qwen2,  28, 3584, 28,  4, 128, 18944, 152064, false,    0, 131072
            Qwen 2.5 14B,   qwen2,  48, 5120, 40,  8, 128, 13824, 152064, false,    0, 131072
            Qwen 2.5 32B,   qwen2,  64, 5120, 40,  8, 128, 27648, 152064, false,    0, 131072
            Llama 3.2 1B,   llama,  16, 2048, 32,  8,  64,  8192, 128256, true,     0, 131072
            Llama 3.2 3B,   llama,  28, 3072, 24,  8, 128,  8192, 128256, true,     0, 131072
            Llama 3.1 8B,   llama,  32, 4096, 32,  8, 128, 14336, 128256, false,    0, 131072
            Llama 3.3 70B,  llama,  80, 8192, 64,  8, 128, 28672, 128256, false,    0, 131072
            Gemma 3 1B,     gemma3, 26, 1152,  4,  1, 256,  6912, 262144, true,   512,  32768
            Gemma 3 4B,     gemma3, 34, 2560,  8,  4, 256, 10240, 262208, true,  1024, 131072
            Gemma 3 12B,    gemma3, 48, 3840, 16,  8, 256, 15360, 262208, true,  1024, 131072
            Gemma 3 27B,    gemma3, 62, 5376, 32, 16, 128, 21504, 262208, true,  1024, 131072
            """;

    /** Shapes of families that many people run, from their published configurations. */
    static final List<Shape> KNOWN = TABLE.lines()
            .filter(line -> !line.startsWith("#"))
            .map(Shape::parse)
            .toList();

    private static Shape parse(String line) {
        Iterator<String> fields = List.of(line.strip().split(",\\s*", -1)).iterator();
        return new Shape(
                fields.next(),
                fields.next(),
                Integer.parseInt(fields.next()),
                Integer.parseInt(fields.next()),
                Integer.parseInt(fields.next()),
                Integer.parseInt(fields.next()),
                Integer.parseInt(fields.next()),
                Integer.parseInt(fields.next()),
                Integer.parseInt(fields.next()),
                Boolean.parseBoolean(fields.next()),
                Integer.parseInt(fields.next()),
                Integer.parseInt(fields.next()));
    }

    /** The known shape of a name. */
    static Shape named(String name) {
        return KNOWN.stream()
                .filter(shape -> shape.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no shape is known of " + name));
    }

    /** Weights of all matrices. */
    long parameters() {
        long attention = (long) hidden * headDim * (2L * heads + 2L * kvHeads);
        long mlp = 3L * hidden * feedForward;
        return layers * (attention + mlp) + (tied ? 1L : 2L) * vocabulary * hidden;
    }

    /** Whether rows of all matrices are whole blocks of a type. */
    boolean fits(QuantType type) {
        int block = type.blockSize();
        return hidden % block == 0 && feedForward % block == 0 && heads * headDim % block == 0;
    }
}
