package io.jgemma.cli.options;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.TypeConversionException;

/** What {@code -fa} may say. Attention here never materialises its scores, so there is nothing to turn off. */
public enum FlashAttention {
    ON,
    AUTO;

    private static final List<String> YES = List.of("on", "1", "true", "enabled");
    private static final List<String> NO = List.of("off", "0", "false", "disabled");

    /** Reads the value; {@code off} is refused. */
    public static final class Converter implements ITypeConverter<FlashAttention> {
        @Override
        public FlashAttention convert(String value) {
            String word = value.toLowerCase(Locale.ROOT);
            if (YES.contains(word)) {
                return ON;
            }
            if (word.equals("auto")) {
                return AUTO;
            }
            throw new TypeConversionException(
                    NO.contains(word)
                            ? "flash attention cannot be turned off: attention here never writes a full score matrix,"
                                    + " there is no other kind"
                            : "'" + value + "' is neither on nor auto");
        }
    }

    /** Lets {@code -fa} stand alone before another argument, as older command lines have it. */
    public static final class OptionalValue implements IParameterPreprocessor {
        @Override
        public boolean preprocess(Stack<String> args, CommandSpec command, ArgSpec option, Map<String, Object> info) {
            if (!String.valueOf(info.get("separator")).isBlank()) {
                return false; // -fa=VALUE
            }
            String next = args.isEmpty() ? "" : args.peek().toLowerCase(Locale.ROOT);
            if (!YES.contains(next) && !NO.contains(next) && !next.equals("auto")) {
                args.push("on");
            }
            return false;
        }
    }
}
