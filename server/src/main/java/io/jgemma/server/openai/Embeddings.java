package io.jgemma.server.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.engine.Engine;
import io.jgemma.engine.generation.Pooling;
import io.jgemma.engine.generation.Prompt;
import io.jgemma.engine.text.EncodeOptions;
import io.jgemma.server.http.Exchange;
import io.jgemma.server.json.Fields;
import io.jgemma.server.json.Json;
import io.jgemma.server.models.ModelLease;
import io.jgemma.server.run.Admission;
import io.jgemma.server.run.PeerGoneException;
import io.jgemma.server.run.Service;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** {@code POST /v1/embeddings}: vectors of unit length, as numbers or in base64 (F32, little-endian). */
public final class Embeddings {
    private final Service service;

    public Embeddings(Service service) {
        this.service = service;
    }

    /** Embeds texts. */
    public void handle(Exchange exchange) {
        Fields fields = exchange.fields();
        try (Admission.Place _ = service.admission().enter(exchange.key());
                ModelLease model = service.model(fields)) {
            Engine engine = model.engine();
            boolean base64 = isBase64(fields);
            Pooling pooling = pooling(fields);
            fields.integer("dimensions").ifPresent(wanted -> {
                if (wanted != engine.spec().hidden()) {
                    throw fields.invalid(
                            "dimensions",
                            "this model's vectors have " + engine.spec().hidden()
                                    + " dimensions; leave dimensions out");
                }
            });
            List<int[]> texts = texts(fields, engine);
            ArrayNode data = Json.array();
            int tokens = 0;
            long began = System.nanoTime();
            for (int[] ids : texts) {
                if (exchange.peer().isGone()) {
                    throw new PeerGoneException();
                }
                tokens += ids.length;
                float[] vector = normalized(engine.embed(new Prompt.Tokens(ids), pooling));
                data.add(embedding(data.size(), vector, base64));
            }
            service.answers().listener().embedded(tokens, System.nanoTime() - began);
            exchange.note("model", model.id());
            exchange.note("prompt", tokens);
            exchange.json(answer(model.id(), data, tokens));
        }
    }

    private static boolean isBase64(Fields fields) {
        String format = fields.string("encoding_format").orElse("float");
        return switch (format) {
            case "float" -> false;
            case "base64" -> true;
            default ->
                throw fields.invalid(
                        "encoding_format", "encoding_format is '" + format + "'; expected float or base64");
        };
    }

    private static Pooling pooling(Fields fields) {
        String name = fields.string("pooling").orElse("mean");
        return switch (name) {
            case "mean" -> Pooling.MEAN;
            case "last" -> Pooling.LAST;
            default -> throw fields.invalid("pooling", "pooling is '" + name + "'; expected mean or last");
        };
    }

    /** Text is text here: no control token comes of it. */
    private static List<int[]> texts(Fields fields, Engine engine) {
        List<int[]> texts = new ArrayList<>();
        for (Prompt prompt :
                Prompts.of(fields, "input", engine.tokenizer().vocabulary().size())) {
            int[] ids = prompt instanceof Prompt.Text(String text)
                    ? engine.tokenizer().encode(text, new EncodeOptions(true, false))
                    : engine.encode(prompt);
            if (ids.length == 0) {
                throw fields.invalid("input", "input holds an empty text");
            }
            texts.add(ids);
        }
        return texts;
    }

    private static float[] normalized(float[] vector) {
        double sum = 0;
        for (float value : vector) {
            sum += (double) value * value;
        }
        double length = Math.sqrt(sum);
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = length == 0 ? 0 : (float) (vector[i] / length);
        }
        return unit;
    }

    private static ObjectNode embedding(int index, float[] vector, boolean base64) {
        ObjectNode json = Json.object();
        json.put("object", "embedding");
        json.put("index", index);
        if (base64) {
            ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(vector);
            json.put("embedding", Base64.getEncoder().encodeToString(bytes.array()));
        } else {
            ArrayNode values = json.putArray("embedding");
            for (float value : vector) {
                values.add(value);
            }
        }
        return json;
    }

    private static ObjectNode answer(String model, ArrayNode data, int tokens) {
        ObjectNode json = Json.object();
        json.put("object", "list");
        json.set("data", data);
        json.put("model", model);
        json.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
        return json;
    }
}
