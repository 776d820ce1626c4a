package io.jgemma.cli.bench;

import com.fasterxml.jackson.core.JsonGenerator;
import io.jgemma.engine.backend.OperationProfile.Row;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * Time by operation of one test. Bytes are those of the weights that an operation reads, so their speed compares with a plain read of
 * memory; what is left of the time passes between the operations.
 */
record ProfileTable(List<Row> rows, long wallNanos) {
    /** The table that follows a result. */
    String markdown() {
        StringBuilder text = new StringBuilder("\n");
        text.append(line("operation", "on", "calls", "ms", "share", "GB/s", "GMA/s"));
        text.append(line("-".repeat(17), "-".repeat(44), dashes(7), dashes(10), dashes(6), dashes(7), dashes(8)));
        for (Row row : rows) {
            text.append(line(
                    row.operation(),
                    row.subject(),
                    Long.toString(row.calls()),
                    millis(row.nanos()),
                    share(row.nanos()),
                    rate(row.weightBytes(), row.nanos()),
                    rate(row.multiplyAdds(), row.nanos())));
        }
        text.append(line("between", "", "", millis(betweenNanos()), share(betweenNanos()), "", ""));
        return text.toString();
    }

    /** The same as a field of a JSON object. */
    void write(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("profile");
        for (Row row : rows) {
            json.writeStartObject();
            json.writeStringField("operation", row.operation());
            json.writeStringField("on", row.subject());
            json.writeNumberField("calls", row.calls());
            json.writeNumberField("ns", row.nanos());
            json.writeNumberField("weight_bytes", row.weightBytes());
            json.writeNumberField("multiply_adds", row.multiplyAdds());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private long betweenNanos() {
        return Math.max(0, wallNanos - rows.stream().mapToLong(Row::nanos).sum());
    }

    private static String dashes(int width) {
        return "-".repeat(width - 1) + ":";
    }

    private static String line(String... cells) {
        return String.format(Locale.ROOT, "| %-17s | %-44s | %7s | %10s | %6s | %7s | %8s |%n", (Object[]) cells);
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.2f", nanos / 1e6);
    }

    private String share(long nanos) {
        return String.format(Locale.ROOT, "%.1f%%", 100.0 * nanos / Math.max(1, wallNanos));
    }

    /** Per nanosecond, which is billions per second. */
    private static String rate(long count, long nanos) {
        return count == 0 ? "" : String.format(Locale.ROOT, "%.1f", (double) count / Math.max(1, nanos));
    }
}
