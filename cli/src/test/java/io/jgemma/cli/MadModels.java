package io.jgemma.cli;

import io.jgemma.cli.TinyModels.Value;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufMetadata;
import io.jgemma.engine.gguf.GgufValueType;
import io.jgemma.engine.gguf.GgufWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;

/** Well-formed GGUF files with one or two values that no model has. The same seed makes the same file. */
final class MadModels {
    /** Hyperparameters that the small models do not have, but files may. */
    private static final List<String> FURTHER = List.of(
            "attention.scale",
            "attention.sliding_window",
            "attention.sliding_window_pattern",
            "expert_count",
            "rope.dimension_count",
            "rope.freq_base_swa",
            "rope.global.freq_base",
            "rope.local.freq_base",
            "rope.scale_linear",
            "rope.scaling.attn_factor",
            "rope.scaling.factor",
            "rope.scaling.original_context_length",
            "rope.scaling.type",
            "rope.scaling.yarn_beta_fast");

    private static final List<Number> INTEGERS = List.of(
            0,
            1,
            -1,
            2,
            3,
            5,
            7,
            31,
            33,
            63,
            255,
            257,
            65_535,
            65_537,
            1 << 24,
            (1 << 24) + 1,
            Integer.MAX_VALUE,
            Integer.MIN_VALUE,
            0xFFFF_FFFFL,
            1L << 32,
            Long.MAX_VALUE,
            Long.MIN_VALUE);
    private static final List<Number> REALS = List.of(
            0.0,
            -0.0,
            -1.0,
            0.5,
            1.0,
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            1e-45,
            1e-300,
            1e-10,
            1e10,
            1e38,
            1e300,
            Double.MIN_VALUE,
            -1e-30);
    private static final List<String> TEXTS =
            List.of("", "none", "linear", "yarn", "longrope", "gpt2", "x\u001b[2J", "0");
    private static final GgufValueType[] INTEGER_TYPES = {
        GgufValueType.UINT8,
        GgufValueType.INT8,
        GgufValueType.UINT16,
        GgufValueType.INT16,
        GgufValueType.UINT32,
        GgufValueType.INT32,
        GgufValueType.UINT64,
        GgufValueType.INT64
    };

    /**
     * A file.
     *
     * @param changes key to what it holds now, for messages
     * @param names the keys and tensors that a refusal may name
     */
    record Mad(Path path, String architecture, Map<String, String> changes, TreeSet<String> names) {}

    private MadModels() {}

    /** The file that a seed makes, in place of the one at {@code path}. */
    static Mad write(long seed, Path path) {
        Random random = new Random(seed);
        List<String> architectures = TinyModels.architectures();
        String architecture = architectures.get(Math.floorMod(seed, architectures.size()));
        Path tiny = TinyModels.of(architecture);
        List<String> keys;
        TreeSet<String> names;
        try (GgufFile file = GgufFile.open(tiny)) {
            keys = keys(file.metadata(), architecture);
            names = new TreeSet<>(keys);
            file.tensors().forEach(tensor -> names.add(tensor.name()));
        }
        Map<String, Value> changes = new LinkedHashMap<>();
        int count = random.nextInt(4) == 0 ? 2 : 1;
        while (changes.size() < count) {
            changes.put(keys.get(random.nextInt(keys.size())), value(random, random.nextInt(12)));
        }
        Map<String, String> told = new LinkedHashMap<>();
        changes.forEach((key, value) -> told.put(key, value.type() + " " + value.value()));
        return new Mad(TinyModels.copy(tiny, path, changes), architecture, told, names);
    }

    /** All keys that mean something, the alignment excepted, by which the file itself is laid out. */
    private static List<String> keys(GgufMetadata metadata, String architecture) {
        TreeSet<String> keys = new TreeSet<>(metadata.keys());
        FURTHER.forEach(key -> keys.add(architecture + "." + key));
        keys.add("tokenizer.chat_template");
        keys.add("tokenizer.ggml.eot_token_id");
        return new ArrayList<>(keys);
    }

    private static Value value(Random random, int kind) {
        return switch (kind) {
            case 0, 1, 2, 3 -> new Value(INTEGER_TYPES[random.nextInt(INTEGER_TYPES.length)], one(INTEGERS, random));
            case 4, 5, 6 ->
                new Value(random.nextBoolean() ? GgufValueType.FLOAT32 : GgufValueType.FLOAT64, one(REALS, random));
            case 7 -> new Value(GgufValueType.STRING, one(TEXTS, random));
            case 8 -> new Value(GgufValueType.BOOL, random.nextBoolean());
            default -> new Value(GgufValueType.ARRAY, array(random));
        };
    }

    private static GgufWriter.Array array(Random random) {
        int length = one(List.of(0, 1, 2, 4, 7, 1024), random);
        boolean same = random.nextBoolean();
        int kind = random.nextInt(9);
        Value first = value(random, kind);
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            Object other = switch (first.type()) {
                case STRING -> one(TEXTS, random);
                case BOOL -> random.nextBoolean();
                case FLOAT32, FLOAT64 -> one(REALS, random);
                default -> one(INTEGERS, random);
            };
            values.add(same ? first.value() : other);
        }
        return new GgufWriter.Array(first.type(), values);
    }

    private static <T> T one(List<? extends T> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }
}
