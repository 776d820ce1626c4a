package io.jgemma.cli;

import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the numbers of options; picocli itself would call a wrong one "not a float", which is Java's name. */
final class Numbers {
    private Numbers() {}

    static void register(CommandLine line) {
        ITypeConverter<Integer> ints = text -> parsed(text, Integer::valueOf, "a whole number");
        ITypeConverter<Long> longs = text -> parsed(text, Long::valueOf, "a whole number");
        ITypeConverter<Float> floats = text -> parsed(text, Float::valueOf, "a number");
        ITypeConverter<Double> doubles = text -> parsed(text, Double::valueOf, "a number");
        line.registerConverter(Integer.class, ints).registerConverter(int.class, ints);
        line.registerConverter(Long.class, longs).registerConverter(long.class, longs);
        line.registerConverter(Float.class, floats).registerConverter(float.class, floats);
        line.registerConverter(Double.class, doubles).registerConverter(double.class, doubles);
    }

    private static <T> T parsed(String text, Function<String, T> parser, String kind) {
        try {
            return parser.apply(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is not " + kind);
        }
    }
}
