package io.jgemma.cli.bench;

import io.jgemma.cli.io.Out;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

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

        /** Reads a format's name. */
        static final class Converter implements ITypeConverter<Format> {
            @Override
            public Format convert(String value) {
                for (Format format : values()) {
                    if (format.toString().equalsIgnoreCase(value)) {
                        return format;
                    }
                }
                throw new TypeConversionException("'" + value + "' is none of md, json, jsonl and csv");
            }
        }
    }
}
