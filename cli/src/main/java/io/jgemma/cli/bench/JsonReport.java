package io.jgemma.cli.bench;

import com.fasterxml.jackson.core.JsonGenerator;
import io.jgemma.cli.io.JsonText;
import io.jgemma.cli.io.Out;
import java.io.IOException;
import java.util.Map;

/** A JSON array with one object for each result. */
final class JsonReport implements BenchReport {
    private boolean first = true;

    @Override
    public void begin(Out out) {
        out.print("[");
    }

    @Override
    public void result(Out out, BenchResult result) {
        out.println(first ? "" : ",");
        first = false;
        out.print(JsonText.indented(json -> write(json, result)));
        out.flush();
    }

    @Override
    public void end(Out out) {
        out.println(first ? "]" : "\n]");
        out.flush();
    }

    static void write(JsonGenerator json, BenchResult result) throws IOException {
        json.writeStartObject();
        for (Map.Entry<String, Object> field : BenchFields.of(result).entrySet()) {
            json.writeFieldName(field.getKey());
            switch (field.getValue()) {
                case Integer number -> json.writeNumber(number);
                case Long number -> json.writeNumber(number);
                case Double number -> json.writeNumber(number);
                case Boolean truth -> json.writeBoolean(truth);
                case Object text -> json.writeString(text.toString());
            }
        }
        json.writeArrayFieldStart("samples_ns");
        for (long nanos : result.samples().nanos()) {
            json.writeNumber(nanos);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("samples_ts");
        for (double speed : result.samples().tokensPerSecond()) {
            json.writeNumber(BenchFields.rounded(speed));
        }
        json.writeEndArray();
        if (result.profile().isPresent()) {
            result.profile().get().write(json);
        }
        json.writeEndObject();
    }
}
