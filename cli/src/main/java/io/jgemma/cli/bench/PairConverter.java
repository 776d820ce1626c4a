package io.jgemma.cli.bench;

import io.jgemma.cli.bench.BenchTest.PromptThenGeneration;
import io.jgemma.cli.options.SizeConverter;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 512,128}: a prompt and a generation after it. */
final class PairConverter implements ITypeConverter<PromptThenGeneration> {
    @Override
    public PromptThenGeneration convert(String value) {
        int comma = value.indexOf(',');
        if (comma < 0 || comma != value.lastIndexOf(',')) {
            throw new TypeConversionException("'" + value + "' is not PROMPT,GENERATION, e.g. 512,128");
        }
        return new PromptThenGeneration(
                SizeConverter.parse(value.substring(0, comma)), SizeConverter.parse(value.substring(comma + 1)));
    }
}
