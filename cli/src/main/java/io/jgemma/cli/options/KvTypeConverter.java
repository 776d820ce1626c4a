package io.jgemma.cli.options;

import io.jgemma.engine.kv.KvPlan;
import io.jgemma.engine.quant.QuantType;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the type of a K or V cache. Types other tools have and jgemma has not are refused by name. */
public final class KvTypeConverter implements ITypeConverter<QuantType> {
    private static final List<String> ELSEWHERE = List.of("q4_1", "iq4_nl", "q5_0", "q5_1");

    @Override
    public QuantType convert(String value) {
        String name = value.toLowerCase(Locale.ROOT);
        for (QuantType type : KvPlan.TYPES) {
            if (spelling(type).equals(name)) {
                return type;
            }
        }
        String here = String.join(
                ", ", KvPlan.TYPES.stream().map(KvTypeConverter::spelling).toList());
        throw new TypeConversionException(
                ELSEWHERE.contains(name)
                        ? "a K/V cache of type " + name + " is not supported; choose one of " + here
                        : "'" + value + "' is not a type of K/V cache; there are " + here);
    }

    /** How {@code -ctk} and {@code -ctv} spell a type. */
    public static String spelling(QuantType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }
}
