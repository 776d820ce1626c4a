package io.jgemma.engine.model;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufMetadata;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.gguf.GgufValueType;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.LayerSpec;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.spec.RopeSpec;
import java.util.Collections;
import java.util.Optional;

/** The metadata of one architecture: keys are read behind the prefix {@code "ARCHITECTURE."}. */
public final class SpecReader {

    /** More layers, heads or elements than any model has: beyond, the file is damaged. */
    private static final int MOST = 1 << 24;

    private final GgufFile file;
    private final GgufMetadata metadata;
    private final String prefix;

    /** A reader of the keys of {@code architecture}. */
    public SpecReader(GgufFile file, String architecture) {
        this.file = file;
        this.metadata = file.metadata();
        this.prefix = architecture + ".";
    }

    /** Whether there is a key. */
    public boolean has(String key) {
        return metadata.has(prefix + key);
    }

    /** A count of at least 1. */
    public int count(String key) {
        return positive(key, metadata.int32(prefix + key));
    }

    /** A count of at least 1, or {@code otherwise} without the key. */
    public int count(String key, int otherwise) {
        return positive(key, metadata.int32(prefix + key, otherwise));
    }

    private int positive(String key, int value) {
        if (value < 1 || value > MOST) {
            throw new ModelException(file.name() + ": " + prefix + key + " is " + value + ", expected 1 to " + MOST
                    + ": the file is damaged");
        }
        return value;
    }

    /** Number of blocks: no more than the file has tensors. */
    public int blocks() {
        int blocks = count("block_count");
        if (blocks > file.tensors().size()) {
            throw new ModelException(file.name() + ": " + prefix + "block_count is " + blocks
                    + ", but the file has only " + file.tensors().size() + " tensors: the file is damaged");
        }
        return blocks;
    }

    /** A number of 0 or more, or {@code otherwise} without the key. */
    public int number(String key, int otherwise) {
        int value = metadata.int32(prefix + key, otherwise);
        return value == 0 ? 0 : positive(key, value);
    }

    /** A finite positive number. */
    public double real(String key) {
        return finite(key, metadata.real(prefix + key));
    }

    /** A finite positive number, or {@code otherwise} without the key. */
    public double real(String key, double otherwise) {
        return has(key) ? real(key) : otherwise;
    }

    private double finite(String key, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new ModelException(
                    file.name() + ": " + prefix + key + " is " + value + ", expected a positive number");
        }
        return value;
    }

    /** A text, or {@code otherwise} without the key. */
    public String text(String key, String otherwise) {
        return metadata.string(prefix + key, otherwise);
    }

    /** A list of flags, if the key is there and is one. */
    public Optional<boolean[]> flags(String key) {
        return has(key) && metadata.type(prefix + key) == GgufValueType.ARRAY
                ? Optional.of(metadata.bools(prefix + key))
                : Optional.empty();
    }

    /** Rows of {@code token_embd.weight}: the vocabulary that the model can name. */
    public int vocabulary() {
        return Math.toIntExact(file.tensor("token_embd.weight").rows());
    }

    /**
     * The position embedding that the file's {@code rope.*} keys and {@code rope_freqs.weight} describe.
     *
     * @param dims elements of a head that turn, without a {@code rope.dimension_count}
     * @param base frequency base, without a {@code rope.freq_base}
     * @throws ModelException for a type of scaling that is not known
     */
    public RopeSpec rope(RopeSpec.Style style, int dims, double base) {
        int turning = count("rope.dimension_count", dims);
        double frequencyBase = real("rope.freq_base", base);
        double factor = real("rope.scaling.factor", 1);
        String type = text("rope.scaling.type", "none");
        RopeSpec rope = switch (type) {
            case "none" -> RopeSpec.of(style, turning, frequencyBase, 1);
            case "linear" -> RopeSpec.of(style, turning, frequencyBase, factor);
            case "yarn" ->
                RopeSpec.yarn(
                        style,
                        turning,
                        frequencyBase,
                        factor,
                        count("rope.scaling.original_context_length", count("context_length")));
            default ->
                throw new ModelException(file.name() + ": " + prefix + "rope.scaling.type is '" + type
                        + "'; known are none, linear and yarn");
        };
        return file.find("rope_freqs.weight").isPresent() ? rope.dividedBy(ropeFactors()) : rope;
    }

    private float[] ropeFactors() {
        GgufTensor tensor = file.tensor("rope_freqs.weight");
        float[] factors = new float[Math.toIntExact(tensor.columns())];
        tensor.type().decode(tensor.data(), 0, factors, 0, factors.length);
        return factors;
    }

    /**
     * The shape of a model whose layers are all alike and see everything: Llama, Qwen and their like.
     *
     * @param style which elements of a head RoPE pairs
     */
    public ModelSpec uniform(String architecture, RopeSpec.Style style) {
        if (number("expert_count", 0) > 0) {
            throw new ModelException(file.name() + ": mixtures of experts are not supported for " + architecture);
        }
        int hidden = count("embedding_length");
        int heads = count("attention.head_count");
        int keyDim = count("attention.key_length", hidden / heads);
        LayerSpec layer = new LayerSpec(
                heads,
                count("attention.head_count_kv", heads),
                keyDim,
                count("attention.value_length", keyDim),
                0,
                (float) real("attention.scale", 1 / Math.sqrt(keyDim)),
                rope(style, keyDim, 10_000),
                count("feed_forward_length"),
                Activation.SILU);
        return new ModelSpec(
                architecture,
                count("context_length"),
                vocabulary(),
                hidden,
                (float) real("attention.layer_norm_rms_epsilon"),
                Collections.nCopies(blocks(), layer));
    }
}
