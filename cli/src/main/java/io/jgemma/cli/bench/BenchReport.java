package io.jgemma.cli.bench;

import io.jgemma.cli.io.Out;
import java.util.Locale;

/** Writes results, each as soon as it is there. */
interface BenchReport {

    /** What comes before the first result. */
    void begin(Out out);

    /** One result. */
    void result(Out out, BenchResult result);

    /** What comes after the last. */
    void end(Out out);

    /** Formats of {@code -o}. */
    enum Format {
        MD,
        JSON,
        JSONL,
        CSV;

        BenchReport report() {
            return switch (this) {
                case MD -> new MarkdownReport();
                case JSON -> new JsonReport();
                case JSONL -> new JsonLinesReport();
                case CSV -> new CsvReport();
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
