package io.jgemma.engine.model;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufMetadata;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.gguf.GgufValueType;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.spec.LayerSpec;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.spec.RopeSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The metadata of one architecture: keys are read behind the prefix {@code "ARCHITECTURE."}. What no model has is refused
 * with the file's name, the key and its value, before anything is computed from it.
 *
 * <p>Some converters write an array, a value a layer, where others write one number. Either is taken: a fact of a layer
 * may then differ between layers ({@link #counts}), a fact of the model may not.
 */
public final class SpecReader {

    /** More layers, heads or elements than any model has: beyond, the file is damaged. */
    private static final int MOST = 1 << 24;

    /** Bounds of factors and epsilons: far beyond what models have, and float32 still computes with them. */
    static final double LEAST_REAL = 1e-15;

    static final double MOST_REAL = 1e15;

    /** Names of tensors of blocks, also of a vision tower's. */
    private static final Pattern BLOCK = Pattern.compile("(?:v\\.)?blk\\.(\\d{1,8})\\.");

    private static final String LAYER_NORM_EPSILON = "attention.layer_norm_epsilon";

    static final String DAMAGED = ": the file is damaged";

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
        return positive(key, one(key, isArray(key) ? metadata.ints(prefix + key) : new int[] {int32(key)}));
    }

    private int int32(String key) {
        return metadata.int32(prefix + key);
    }

    private boolean isArray(String key) {
        return metadata.type(prefix + key) == GgufValueType.ARRAY;
    }

    private int one(String key, int[] values) {
        if (values.length == 0 || Arrays.stream(values).anyMatch(value -> value != values[0])) {
            throw refused(key, metadata.preview(prefix + key, 60), "one number, the same for all layers");
        }
        return values[0];
    }

    /** A count of at least 1, or {@code otherwise} without the key. */
    public int count(String key, int otherwise) {
        return has(key) ? count(key) : otherwise;
    }

    /** A count of at least 1 for each layer, from one number for all or an array. */
    public int[] counts(String key, int layers) {
        int[] values = metadata.intsPerLayer(prefix + key, layers);
        for (int value : values) {
            positive(key, value);
        }
        return values;
    }

    /** As {@link #counts(String, int)}, or {@code otherwise} without the key. */
    private int[] counts(String key, int[] otherwise) {
        return has(key) ? counts(key, otherwise.length) : otherwise;
    }

    /**
     * Key and value heads of each layer, as many as query heads without a key.
     *
     * @param heads query heads of each layer
     */
    public int[] kvHeads(int[] heads) {
        int[] kvHeads = counts("attention.head_count_kv", heads);
        for (int i = 0; i < heads.length; i++) {
            if (heads[i] % kvHeads[i] != 0) {
                throw refused(
                        "attention.head_count",
                        heads[i] + " in layer " + i,
                        "a multiple of " + prefix + "attention.head_count_kv, which is " + kvHeads[i] + DAMAGED);
            }
        }
        return kvHeads;
    }

    private int positive(String key, int value) {
        if (value < 1 || value > MOST) {
            throw refused(key, Integer.toString(value), "1 to " + MOST + DAMAGED);
        }
        return value;
    }

    /** A key with its prefix. */
    String name(String key) {
        return prefix + key;
    }

    /** A refusal of a key's value. */
    ModelException refused(String key, String value, String expected) {
        return new ModelException(file.name() + ": " + prefix + key + " is " + value + ", expected " + expected);
    }

    /** Number of blocks: no more than the file has tensors of. */
    public int blocks() {
        int blocks = count("block_count");
        int there = 0;
        for (GgufTensor tensor : file.tensors()) {
            Matcher name = BLOCK.matcher(tensor.name());
            there = name.lookingAt() ? Math.max(there, Integer.parseInt(name.group(1)) + 1) : there;
        }
        if (blocks > there) {
            throw refused(
                    "block_count", Integer.toString(blocks), "at most " + there + ", as there are tensors" + DAMAGED);
        }
        return blocks;
    }

    /** A number of 0 or more, or {@code otherwise} without the key. */
    public int number(String key, int otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        return !isArray(key) && int32(key) == 0 ? 0 : count(key);
    }

    /** A positive number. */
    public double real(String key) {
        double value = isArray(key) ? oneReal(key) : metadata.real(prefix + key);
        if (!(value >= LEAST_REAL && value <= MOST_REAL)) {
            throw refused(
                    key, Double.toString(value), "a positive number from " + LEAST_REAL + " to " + MOST_REAL + DAMAGED);
        }
        return value;
    }

    private double oneReal(String key) {
        float[] values = metadata.floats(prefix + key);
        for (float value : values) {
            if (value != values[0]) {
                throw refused(key, metadata.preview(prefix + key, 60), "one number, the same for all layers");
            }
        }
        return values.length == 0 ? Double.NaN : values[0];
    }

    /** A positive number, or {@code otherwise} without the key. */
    public double real(String key, double otherwise) {
        return has(key) ? real(key) : otherwise;
    }

    /** A number of 0 or more, or {@code otherwise} without the key. */
    double realOrZero(String key, double otherwise) {
        return has(key) && !isArray(key) && metadata.real(prefix + key) == 0 ? 0 : real(key, otherwise);
    }

    /** A text, or {@code otherwise} without the key. */
    public String text(String key, String otherwise) {
        return metadata.string(prefix + key, otherwise);
    }

    /**
     * A flag for each layer, if the key is there and holds an array: of bools, or of numbers of which 0 is false.
     *
     * @throws io.jgemma.engine.gguf.GgufException when the array has another length
     */
    public Optional<boolean[]> flags(String key, int layers) {
        if (!has(key) || !isArray(key)) {
            return Optional.empty();
        }
        boolean[] flags;
        if (metadata.elementType(prefix + key).isInteger()) {
            int[] values = metadata.ints(prefix + key);
            flags = new boolean[values.length];
            for (int i = 0; i < values.length; i++) {
                flags[i] = values[i] != 0;
            }
        } else {
            flags = metadata.bools(prefix + key);
        }
        if (flags.length != layers) {
            throw refused(key, "an array of " + flags.length, "one flag for each of the " + layers + " layers");
        }
        return Optional.of(flags);
    }

    /** Rows of {@code token_embd.weight}: the vocabulary that the model can name. */
    public int vocabulary() {
        long rows = file.tensor("token_embd.weight").rows();
        if (rows > Integer.MAX_VALUE) {
            throw new ModelException(
                    file.name() + ": tensor token_embd.weight has " + rows + " rows, more than there are token ids");
        }
        return (int) rows;
    }

    /**
     * The position embedding that the file's {@code rope.*} keys and {@code rope_freqs.weight} describe.
     *
     * @param dims elements of a head that turn, without a {@code rope.dimension_count}
     * @param base frequency base, without a {@code rope.freq_base}
     * @throws ModelException for a type of scaling that is not known
     */
    public RopeSpec rope(RopeSpec.Style style, int dims, double base) {
        RopeSpec rope = new RopeReader(this).read(style, dims, base);
        return file.find("rope_freqs.weight")
                .map(tensor -> divided(rope, tensor))
                .orElse(rope);
    }

    /**
     * The position embedding of layers with a window, which have a frequency base of their own and no scaling.
     *
     * @param dims elements of a head, all of which turn
     * @param base frequency base, without a {@code rope.freq_base_swa} or {@code rope.local.freq_base}
     */
    public RopeSpec localRope(RopeSpec.Style style, int dims, double base) {
        return new RopeReader(this).local(style, dims, base);
    }

    private RopeSpec divided(RopeSpec rope, GgufTensor tensor) {
        int pairs = rope.rotatedDims() / 2;
        if (tensor.elements() != pairs) {
            throw new ModelException(file.name() + ": tensor rope_freqs.weight has " + tensor.elements()
                    + " elements, but heads have " + pairs + " pairs to turn" + DAMAGED);
        }
        float[] factors = new float[pairs];
        tensor.type().decode(tensor.data(), 0, factors, 0, pairs);
        for (float factor : factors) {
            if (!(factor >= LEAST_REAL && factor <= MOST_REAL)) {
                throw new ModelException(file.name() + ": tensor rope_freqs.weight holds " + factor
                        + ", expected positive factors" + DAMAGED);
            }
        }
        return rope.dividedBy(factors);
    }

    /**
     * A layer, checked against the file's tensors.
     *
     * @param index of the layer
     * @param hidden elements of the residual stream
     * @throws ModelException when its numbers do not go together, or not with the tensors; keys and tensors are named
     */
    public LayerSpec layer(int index, int hidden, LayerSpec.Shape shape, LayerSpec.Attending attending) {
        new LayerChecks(this, file).require(index, hidden, shape, attending);
        return LayerSpec.of(shape, attending);
    }

    /**
     * The shape of a model whose layers all see everything: Llama, Qwen and their like.
     *
     * @param style which elements of a head RoPE pairs
     */
    public ModelSpec uniform(String architecture, RopeSpec.Style style) {
        return layered(architecture, layer -> 0, (layer, headDim) -> rope(style, headDim, 10_000));
    }

    /** Position embedding of each layer. */
    @FunctionalInterface
    public interface Ropes {
        /** That of a layer by its index, whose query heads have so many elements. */
        RopeSpec of(int layer, int headDim);
    }

    /**
     * The shape of a model whose layers differ in what they see and in position embedding alone.
     *
     * @param windows of a layer by its index; 0 = everything
     * @param ropes position embedding of a layer
     */
    public ModelSpec layered(String architecture, IntUnaryOperator windows, Ropes ropes) {
        if (number("expert_count", 0) > 0) {
            throw refused(
                    "expert_count",
                    Integer.toString(count("expert_count")),
                    "none: mixtures of experts are not supported");
        }
        int blocks = blocks();
        int hidden = count("embedding_length");
        int[] heads = counts("attention.head_count", blocks);
        int[] kvHeads = kvHeads(heads);
        int[] feedForward = counts("feed_forward_length", blocks);
        int keyDim = count("attention.key_length", hidden / heads[0]);
        int valueDim = count("attention.value_length", keyDim);
        float scale = (float) real("attention.scale", 1 / Math.sqrt(Math.max(1, keyDim)));
        List<LayerSpec> layers = new ArrayList<>();
        for (int i = 0; i < blocks; i++) {
            LayerSpec.Attending attending =
                    new LayerSpec.Attending(windows.applyAsInt(i), scale, ropes.of(i, keyDim), Activation.SILU);
            layers.add(layer(
                    i, hidden, new LayerSpec.Shape(heads[i], kvHeads[i], keyDim, valueDim, feedForward[i]), attending));
        }
        return model(architecture, hidden, layers);
    }

    /** The model of these layers. */
    public ModelSpec model(String architecture, int hidden, List<LayerSpec> layers) {
        return new ModelSpec(
                architecture,
                count("context_length"),
                vocabulary(),
                hidden,
                (float) real(has(LAYER_NORM_EPSILON) ? LAYER_NORM_EPSILON : "attention.layer_norm_rms_epsilon"),
                layers);
    }
}
