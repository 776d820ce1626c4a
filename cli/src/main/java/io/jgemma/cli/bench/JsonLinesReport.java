package io.jgemma.cli.bench;

import io.jgemma.cli.io.JsonText;
import io.jgemma.cli.io.Out;

/** The objects of {@link JsonReport}, each on a line of its own. */
final class JsonLinesReport implements BenchReport {

    @Override
    public void begin(Out out) {
        // Nothing stands around the lines.
    }

    @Override
    public void result(Out out, BenchResult result) {
        out.println(JsonText.compact(json -> JsonReport.write(json, result)));
        out.flush();
    }

    @Override
    public void end(Out out) {
        out.flush();
    }
}
