package io.jgemma.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jgemma.engine.Engine;
import io.jgemma.engine.text.Vocabulary;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** References made by independent engines, and how far a result is from them. */
public final class Golden {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Golden() {}

    /** A resource below {@code golden/}. */
    public static JsonNode resource(String name) {
        try (InputStream in = Objects.requireNonNull(
                Golden.class.getResourceAsStream("/golden/" + name), () -> "no golden file " + name)) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode file(Path path) {
        try {
            return JSON.readTree(path.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The prompt that the model's template makes of an item's messages and tools. */
    static String render(Engine engine, JsonNode item) {
        Vocabulary vocabulary = engine.tokenizer().vocabulary();
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("bos_token", vocabulary.bosId() == Vocabulary.NONE ? "" : vocabulary.piece(vocabulary.bosId()));
        context.put("eos_token", vocabulary.eosId() == Vocabulary.NONE ? "" : vocabulary.piece(vocabulary.eosId()));
        context.put("add_generation_prompt", true);
        context.put("messages", JSON.convertValue(item.get("messages"), Object.class));
        if (item.hasNonNull("tools")) {
            context.put("tools", JSON.convertValue(item.get("tools"), Object.class));
        }
        return engine.chatTemplate().render(context);
    }

    public static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }

    /** Little-endian F32 in base 64. */
    static float[] floats(JsonNode base64) {
        return MemorySegment.ofArray(Base64.getDecoder().decode(base64.asText()))
                .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
    }

    /** Sum of squared differences over sum of squares of {@code expected}. */
    public static double nmse(float[] actual, float[] expected) {
        double error = 0;
        double power = 0;
        for (int i = 0; i < expected.length; i++) {
            double d = (double) actual[i] - expected[i];
            error += d * d;
            power += (double) expected[i] * expected[i];
        }
        return error / power;
    }

    /** {@link #nmse} of what is left after each side's own mean was taken away. */
    static double centredNmse(float[] actual, double actualMean, float[] expected, double expectedMean) {
        float[] a = new float[expected.length];
        float[] e = new float[expected.length];
        for (int i = 0; i < e.length; i++) {
            a[i] = (float) (actual[i] - actualMean);
            e[i] = (float) (expected[i] - expectedMean);
        }
        return nmse(a, e);
    }

    static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
