package io.jgemma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.cli.TinyModels.Value;
import io.jgemma.engine.gguf.GgufValueType;
import io.jgemma.engine.gguf.GgufWriter;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Metadata that converters have spelled in several ways give the same logits under each of them. */
class SpellingsTest {
    private static final Value LINEAR = new Value(GgufValueType.STRING, "linear");
    private static final Value FACTOR = new Value(GgufValueType.FLOAT32, 4f);

    @TempDir
    private Path folder;

    private String logits(String architecture, Map<String, Value> changes) {
        Map<String, Value> prefixed = new LinkedHashMap<>();
        changes.forEach((key, value) -> prefixed.put(architecture + "." + key, value));
        Path model = TinyModels.copy(TinyModels.of(architecture), folder.resolve("m.gguf"), prefixed);
        TestConsole console = new TestConsole("");
        String tokens = IntStream.range(0, 20)
                .map(i -> 5 + 37 * i % 900)
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(","));
        assertThat(console.run("logits", model.toString(), "--tokens", tokens, "--json", "--cpu-kernels", "scalar"))
                .as(console.err())
                .isZero();
        return console.out();
    }

    private static Value array(int count, int value) {
        return new Value(
                GgufValueType.ARRAY, new GgufWriter.Array(GgufValueType.UINT32, Collections.nCopies(count, value)));
    }

    @Test
    void aRopeFactorWithoutATypeIsLinear() {
        String unscaled = logits("llama", Map.of());
        String linear = logits("llama", Map.of("rope.scaling.factor", FACTOR, "rope.scaling.type", LINEAR));

        assertThat(linear).isNotEqualTo(unscaled);
        assertThat(logits("llama", Map.of("rope.scaling.factor", FACTOR))).isEqualTo(linear);
        assertThat(logits("llama", Map.of("rope.scale_linear", FACTOR))).isEqualTo(linear);
    }

    @Test
    void numbersMayBeArraysOfEqualOnes() {
        assertThat(logits(
                        "llama",
                        Map.of(
                                "attention.head_count", array(4, 8),
                                "attention.head_count_kv", array(4, 4),
                                "feed_forward_length", array(4, 512),
                                "rope.dimension_count", array(4, 32))))
                .isEqualTo(logits("llama", Map.of()));
        assertThat(logits(
                        "gemma3",
                        Map.of(
                                "attention.head_count", array(7, 4),
                                "attention.head_count_kv", array(7, 2),
                                "attention.sliding_window", array(7, 64),
                                "feed_forward_length", array(7, 512))))
                .isEqualTo(logits("gemma3", Map.of()));
    }

    @Test
    void thePatternOfWindowsMayBeALengthOrAListOfFlags() {
        GgufWriter.Array flags = new GgufWriter.Array(
                GgufValueType.BOOL,
                IntStream.range(0, 7).mapToObj(i -> (i + 1) % 6 != 0).toList());
        GgufWriter.Array numbers = new GgufWriter.Array(
                GgufValueType.INT32,
                IntStream.range(0, 7).mapToObj(i -> (i + 1) % 6 != 0 ? 1 : 0).toList());
        String plain = logits("gemma3", Map.of());
        String key = "attention.sliding_window_pattern";

        assertThat(logits("gemma3", Map.of(key, new Value(GgufValueType.ARRAY, flags))))
                .isEqualTo(plain);
        assertThat(logits("gemma3", Map.of(key, new Value(GgufValueType.ARRAY, numbers))))
                .isEqualTo(plain);
        assertThat(logits("gemma3", Map.of(key, new Value(GgufValueType.UINT32, 6))))
                .isEqualTo(plain);
    }
}
