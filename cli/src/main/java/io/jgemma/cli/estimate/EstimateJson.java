package io.jgemma.cli.estimate;

import com.fasterxml.jackson.core.JsonGenerator;
import io.jgemma.cli.io.JsonText;
import java.io.IOException;

/** {@link Estimate} as JSON. */
final class EstimateJson {
    private EstimateJson() {}

    static String of(Estimate estimate) {
        return JsonText.indented(json -> {
            json.writeStartObject();
            json.writeStringField("model", estimate.model());
            json.writeNumberField("context", estimate.contextTokens());
            json.writeNumberField("context_trained", estimate.trainedTokens());
            json.writeNumberField("context_longest", estimate.longestContext());
            json.writeStringField("type_k", estimate.keyType());
            json.writeStringField("type_v", estimate.valueType());
            json.writeNumberField("n_ubatch", estimate.rows());
            json.writeArrayFieldStart("places");
            for (int i = 0; i < estimate.places().size(); i++) {
                place(json, estimate, i);
            }
            json.writeEndArray();
            if (estimate.pictures().isPresent()) {
                json.writeObjectFieldStart("pictures");
                json.writeNumberField("weights_bytes", estimate.pictures().get().weightsBytes());
                json.writeNumberField("buffer_bytes", estimate.pictures().get().bufferBytes());
                json.writeEndObject();
            }
            json.writeNumberField("total_bytes", estimate.neededBytes());
            json.writeNumberField("memory_bytes", estimate.availableBytes());
            json.writeBooleanField("fits", estimate.fits());
            if (estimate.tokensPerSecond(false).isPresent()) {
                json.writeNumberField(
                        "tokens_per_second_empty",
                        estimate.tokensPerSecond(false).getAsDouble());
                json.writeNumberField(
                        "tokens_per_second_full", estimate.tokensPerSecond(true).orElse(0));
            }
            json.writeEndObject();
        });
    }

    private static void place(JsonGenerator json, Estimate estimate, int index) throws IOException {
        Estimate.Place place = estimate.places().get(index);
        json.writeStartObject();
        json.writeStringField("place", place.name());
        json.writeNumberField("first_layer", place.part().firstLayer());
        json.writeNumberField("layers", place.part().layers());
        json.writeNumberField("weights_bytes", place.weights());
        json.writeNumberField("kv_bytes", place.kv());
        json.writeNumberField("buffer_bytes", place.buffers());
        json.writeNumberField("reserve_bytes", place.reserveBytes());
        json.writeNumberField("total_bytes", estimate.needed(index));
        json.writeNumberField("memory_bytes", place.availableBytes());
        json.writeBooleanField("fits", estimate.fits(index));
        json.writeEndObject();
    }
}
