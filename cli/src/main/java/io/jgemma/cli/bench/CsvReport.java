package io.jgemma.cli.bench;

import io.jgemma.cli.io.Out;
import java.util.stream.Collectors;

/** A header line and one line for each result, every value in double quotes (RFC 4180). */
final class CsvReport implements BenchReport {
    private boolean first = true;

    @Override
    public void begin(Out out) {
        // The header needs a result's names.
    }

    @Override
    public void result(Out out, BenchResult result) {
        var fields = BenchFields.of(result);
        if (first) {
            out.println(String.join(",", fields.keySet()));
            first = false;
        }
        out.println(fields.values().stream()
                .map(value -> '"' + value.toString().replace("\"", "\"\"") + '"')
                .collect(Collectors.joining(",")));
        out.flush();
    }

    @Override
    public void end(Out out) {
        out.flush();
    }
}
