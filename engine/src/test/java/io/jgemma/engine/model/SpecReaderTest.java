package io.jgemma.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufShape;
import io.jgemma.engine.gguf.GgufValueType;
import io.jgemma.engine.gguf.GgufWriter;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.spec.LayerSpec;
import io.jgemma.engine.spec.ModelSpec;
import io.jgemma.engine.spec.RopeSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What hyperparameters may look like in a file, and how they are refused. */
class SpecReaderTest {
    private static final int LAYERS = 3;
    private static final int HIDDEN = 64;

    private final Map<String, Object> keys = new LinkedHashMap<>(Map.of(
            "block_count", LAYERS,
            "context_length", 128,
            "embedding_length", HIDDEN,
            "feed_forward_length", 96,
            "attention.head_count", 4,
            "attention.head_count_kv", 2,
            "attention.layer_norm_rms_epsilon", 1e-5f));

    private ModelSpec spec() {
        GgufWriter writer = new GgufWriter();
        keys.forEach((key, value) -> put(writer, "x." + key, value));
        writer.tensor("token_embd.weight", QuantTypes.F32, GgufShape.of(HIDDEN, 10), new byte[HIDDEN * 10 * 4]);
        for (int i = 0; i < LAYERS; i++) {
            writer.tensor("blk." + i + ".attn_norm.weight", QuantTypes.F32, GgufShape.of(HIDDEN), new byte[HIDDEN * 4]);
        }
        try (GgufFile file = writer.open()) {
            return new SpecReader(file, "x").uniform("x", RopeSpec.Style.HALVES);
        }
    }

    private static void put(GgufWriter writer, String key, Object value) {
        switch (value) {
            case String text -> writer.string(key, text);
            case Integer number -> writer.uint32(key, number);
            case Float number -> writer.float32(key, number);
            case GgufWriter.Array array -> writer.put(key, GgufValueType.ARRAY, array);
            default -> throw new IllegalArgumentException(key);
        }
    }

    private static GgufWriter.Array ints(Integer... values) {
        return new GgufWriter.Array(GgufValueType.INT32, List.of(values));
    }

    private static GgufWriter.Array floats(Float... values) {
        return new GgufWriter.Array(GgufValueType.FLOAT32, List.of(values));
    }

    @Test
    void anArrayOfEqualValuesIsTheValue() {
        ModelSpec plain = spec();
        keys.put("attention.head_count", ints(4, 4, 4));
        keys.put("attention.head_count_kv", ints(2, 2, 2));
        keys.put("feed_forward_length", ints(96, 96, 96));
        keys.put("embedding_length", ints(HIDDEN, HIDDEN, HIDDEN));
        keys.put("context_length", ints(128));
        keys.put("attention.layer_norm_rms_epsilon", floats(1e-5f, 1e-5f, 1e-5f));

        assertThat(spec()).isEqualTo(plain);
    }

    @Test
    void layersMayDifferInWhatIsTheirs() {
        keys.put("attention.head_count", ints(4, 4, 4));
        keys.put("attention.head_count_kv", ints(2, 4, 1));
        keys.put("feed_forward_length", ints(96, 64, 32));

        assertThat(spec().layers()).extracting(LayerSpec::kvHeads).containsExactly(2, 4, 1);
        assertThat(spec().layers()).extracting(LayerSpec::feedForward).containsExactly(96, 64, 32);
    }

    @Test
    void aFactorWithoutATypeIsLinearUnderAnyOfItsNames() {
        ModelSpec unscaled = spec();
        keys.put("rope.scaling.type", "linear");
        keys.put("rope.scaling.factor", 4f);
        ModelSpec linear = spec();
        assertThat(linear).isNotEqualTo(unscaled);

        keys.remove("rope.scaling.type");
        assertThat(spec()).isEqualTo(linear);
        keys.put("rope.scale_linear", keys.remove("rope.scaling.factor"));
        assertThat(spec()).isEqualTo(linear);
        keys.put("rope.scaling.type", "none");
        assertThat(spec()).isEqualTo(unscaled);
        keys.remove("rope.scaling.type");
        keys.put("rope.scale_linear", 0f);
        assertThat(spec()).as("0 is no scaling").isEqualTo(unscaled);
    }

    @Test
    void theOlderNameOfTheBaseCounts() {
        keys.put("rope.freq_base", 5000f);
        ModelSpec now = spec();
        keys.put("rope.global.freq_base", keys.remove("rope.freq_base"));

        assertThat(spec()).isEqualTo(now);
    }

    @Test
    void yarnTakesItsAttentionFactor() {
        keys.put("rope.scaling.type", "yarn");
        keys.put("rope.scaling.factor", 4f);
        float usual = spec().layers().getFirst().rope().magnitude();
        keys.put("rope.scaling.attn_factor", 0.5f);

        assertThat(spec().layers().getFirst().rope().magnitude()).isEqualTo(usual / 2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "attention.head_count|3|x.attention.head_count is 3 in layer 0, expected a multiple of",
                "attention.head_count|128|x.rope.dimension_count is 0 (the size of a head)",
                "attention.head_count|0|x.attention.head_count is 0, expected 1 to 16777216",
                "attention.key_length|100000|expected an even number from 2 to 65536",
                "attention.value_length|100000|x.attention.value_length is 100000",
                "rope.dimension_count|1|x.rope.dimension_count is 1, expected an even number",
                "rope.dimension_count|18|x.rope.dimension_count is 18, expected at most the 16 elements of a head",
                "block_count|9|x.block_count is 9, expected at most 3, as there are tensors",
                "expert_count|8|x.expert_count is 8, expected none"
            })
    void aCountThatCannotBeIsNamed(String key, int value, String message) {
        keys.put(key, value);

        assertThatThrownBy(this::spec)
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith("test.gguf: ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({
        "attention.layer_norm_rms_epsilon, NaN",
        "attention.layer_norm_rms_epsilon, 0",
        "attention.scale, Infinity",
        "attention.scale, 1e20",
        "rope.freq_base, 1",
        "rope.freq_base, -10000",
        "rope.scaling.factor, -1",
        "rope.scaling.factor, 1e-20"
    })
    void aNumberThatCannotBeIsNamed(String key, float value) {
        keys.put(key, value);

        assertThatThrownBy(this::spec)
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith("test.gguf: x." + key + " is ");
    }

    @Test
    void differentValuesOfWhatIsTheModelsAreRefused() {
        keys.put("embedding_length", ints(64, 32, 64));
        assertThatThrownBy(this::spec)
                .hasMessage(
                        "test.gguf: x.embedding_length is [64, 32, 64], expected one number, the same for all layers");
    }

    @Test
    void anArrayOfAnotherLengthIsRefused() {
        keys.put("attention.head_count", ints(4, 4));
        assertThatThrownBy(this::spec)
                .hasMessageContaining("x.attention.head_count")
                .hasMessageContaining("3 layers");
    }

    @Test
    void aScalingThatIsNotKnownIsRefused() {
        keys.put("rope.scaling.type", "longrope");
        assertThatThrownBy(this::spec)
                .hasMessage("test.gguf: x.rope.scaling.type is 'longrope', expected none, linear or yarn");
        keys.put("rope.scaling.type", "yarn");
        keys.put("rope.scaling.yarn_beta_fast", 16f);
        assertThatThrownBy(this::spec).hasMessageContaining("x.rope.scaling.yarn_beta_fast is 16.0");
    }
}
