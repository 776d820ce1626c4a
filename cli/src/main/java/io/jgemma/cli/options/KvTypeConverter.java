package io.jgemma.cli.options;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the type of a K or V cache. Types other tools have and jgemma has not are refused by name. */
public final class KvTypeConverter implements ITypeConverter<QuantType> {
    private static final List<String> ELSEWHERE = List.of("q8_0", "q4_0", "q4_1", "iq4_nl", "q5_0", "q5_1");
    private static final String HERE = "f32, f16 and bf16";

    @Override
    public QuantType convert(String value) {
        String name = value.toLowerCase(Locale.ROOT);
        return switch (name) {
            case "f32" -> QuantTypes.F32;
            case "f16" -> QuantTypes.F16;
            case "bf16" -> QuantTypes.BF16;
            default ->
                throw new TypeConversionException(
                        ELSEWHERE.contains(name)
                                ? "a K/V cache of type " + name + " is not there yet; " + HERE + " are"
                                : "'" + value + "' is not a type of K/V cache; " + HERE + " are");
        };
    }

    /** How {@code -ctk} and {@code -ctv} spell a type. */
    public static String spelling(QuantType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }
}
