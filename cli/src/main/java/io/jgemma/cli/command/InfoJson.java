package io.jgemma.cli.command;

import com.fasterxml.jackson.core.JsonGenerator;
import io.jgemma.cli.io.JsonText;
import io.jgemma.cli.model.KvChoices;
import io.jgemma.cli.model.ModelFacts;
import io.jgemma.engine.gguf.GgufMetadata;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.plan.MemoryPlan;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;

/** {@link InfoReport} as JSON. */
final class InfoJson {
    private static final int WHOLE_ARRAY = 16;
    private static final int FIRST_OF_LONGER = 8;

    private InfoJson() {}

    static String of(InfoReport report) {
        return JsonText.indented(json -> {
            ModelFacts facts = ModelFacts.of(report.file());
            json.writeStartObject();
            json.writeStringField("file", report.file().name());
            json.writeNumberField("bytes", report.file().byteSize());
            json.writeStringField("architecture", report.spec().architecture());
            json.writeStringField("name", report.name());
            json.writeNumberField("parameters", facts.parameters());
            metadata(json, report.file().metadata());
            tensors(json, report.file().tensors());
            types(json, facts);
            memory(json, report.memory());
            json.writeEndObject();
        });
    }

    private static void metadata(JsonGenerator json, GgufMetadata metadata) throws IOException {
        json.writeObjectFieldStart("metadata");
        for (String key : metadata.keys()) {
            json.writeFieldName(key);
            value(json, metadata.value(key));
        }
        json.writeEndObject();
    }

    private static void value(JsonGenerator json, Object value) throws IOException {
        switch (value) {
            case String text -> json.writeString(text);
            case Boolean truth -> json.writeBoolean(truth);
            case Long number -> json.writeNumber(number);
            case BigInteger number -> json.writeNumber(number);
            case Float number -> real(json, number, number.toString());
            case Double number -> real(json, number, number.toString());
            case List<?> list -> list(json, list);
            default -> json.writeString(value.toString());
        }
    }

    /** JSON has no infinity and no not-a-number: those are text. */
    private static void real(JsonGenerator json, double value, String text) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumber(text);
        } else {
            json.writeString(text);
        }
    }

    private static void list(JsonGenerator json, List<?> list) throws IOException {
        if (list.size() <= WHOLE_ARRAY) {
            elements(json, list);
            return;
        }
        json.writeStartObject();
        json.writeNumberField("length", list.size());
        json.writeFieldName("first");
        elements(json, list.subList(0, FIRST_OF_LONGER));
        json.writeEndObject();
    }

    private static void elements(JsonGenerator json, List<?> list) throws IOException {
        json.writeStartArray();
        for (Object element : list) {
            value(json, element);
        }
        json.writeEndArray();
    }

    private static void tensors(JsonGenerator json, List<GgufTensor> tensors) throws IOException {
        json.writeArrayFieldStart("tensors");
        for (GgufTensor tensor : tensors) {
            json.writeStartObject();
            json.writeStringField("name", tensor.name());
            json.writeStringField("type", tensor.type().name());
            json.writeArrayFieldStart("shape");
            for (int i = 0; i < tensor.rank(); i++) {
                json.writeNumber(tensor.dim(i));
            }
            json.writeEndArray();
            json.writeNumberField("bytes", tensor.byteSize());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void types(JsonGenerator json, ModelFacts facts) throws IOException {
        json.writeArrayFieldStart("types");
        for (ModelFacts.TypeShare share : facts.types()) {
            json.writeStartObject();
            json.writeStringField("type", share.type());
            json.writeNumberField("tensors", share.tensors());
            json.writeNumberField("bytes", share.bytes());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void memory(JsonGenerator json, InfoReport.Memory memory) throws IOException {
        MemoryPlan plan = memory.plan();
        json.writeObjectFieldStart("memory");
        json.writeNumberField("context", memory.contextTokens());
        json.writeStringField("type_k", memory.keyType());
        json.writeStringField("type_v", memory.valueType());
        json.writeNumberField("weights_bytes", plan.weightsBytes());
        json.writeNumberField("kv_bytes", plan.kvBytes());
        json.writeNumberField("buffer_bytes", plan.bufferBytes());
        json.writeNumberField("total_bytes", plan.totalBytes());
        json.writeNumberField("kv_bytes_per_token", plan.kvTokenBytes());
        json.writeNumberField("kv_bytes_per_token_per_layer", memory.layerBytes());
        json.writeObjectFieldStart("kv_bytes_as");
        for (KvChoices.Choice choice : memory.choices().others()) {
            json.writeNumberField(choice.type(), choice.bytes());
        }
        json.writeEndObject();
        json.writeEndObject();
    }
}
