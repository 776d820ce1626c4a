package io.jgemma.cli.bench;

import com.fasterxml.jackson.core.JsonGenerator;
import io.jgemma.cli.io.JsonText;
import io.jgemma.cli.io.Out;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Results of several sequences at once: a Markdown table, CSV, JSON lines, or a JSON array when all are there. */
final class ParallelReport {
    private final BenchReport.Format format;
    private final Out out;
    private final List<ParallelResult> results = new ArrayList<>();

    ParallelReport(BenchReport.Format format, Out out) {
        this.format = format;
        this.out = out;
    }

    void add(ParallelResult result) {
        Map<String, Object> fields = result.fields();
        if (results.isEmpty() && format == BenchReport.Format.MD) {
            out.println(row(fields.keySet().stream().map(ParallelReport::cell).toList()));
            out.println(row(
                    fields.keySet().stream().map(name -> "-".repeat(9) + ":").toList()));
        } else if (results.isEmpty() && format == BenchReport.Format.CSV) {
            out.println(String.join(",", fields.keySet()));
        }
        results.add(result);
        List<String> values = fields.values().stream().map(ParallelReport::text).toList();
        switch (format) {
            case MD -> out.println(row(values.stream().map(ParallelReport::cell).toList()));
            case CSV -> out.println(String.join(",", values));
            case JSONL -> out.println(JsonText.compact(json -> write(json, result)));
            case JSON -> {}
        }
        out.flush();
    }

    private static String row(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |"));
    }

    private static String cell(String text) {
        return String.format(Locale.ROOT, "%10s", text);
    }

    private static String text(Object value) {
        return value instanceof Double real ? String.format(Locale.ROOT, "%.3f", real) : value.toString();
    }

    private static void write(JsonGenerator json, ParallelResult result) throws IOException {
        json.writeStartObject();
        for (Map.Entry<String, Object> field : result.fields().entrySet()) {
            json.writeFieldName(field.getKey());
            if (field.getValue() instanceof Number) {
                json.writeNumber(text(field.getValue()));
            } else {
                json.writeString(text(field.getValue()));
            }
        }
        json.writeEndObject();
    }

    void end() {
        if (format == BenchReport.Format.JSON && !results.isEmpty()) {
            out.println(JsonText.indented(json -> {
                json.writeStartArray();
                for (ParallelResult result : results) {
                    write(json, result);
                }
                json.writeEndArray();
            }));
        }
        out.flush();
    }
}
