package io.jgemma.cli.options;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a number of tokens: {@code 512}, {@code 16K} (16384), {@code 1M}, or a negative number for "no limit". */
public final class SizeConverter implements ITypeConverter<Integer> {

    @Override
    public Integer convert(String value) {
        return parse(value);
    }

    /**
     * The number {@code value} stands for.
     *
     * @throws TypeConversionException if it stands for none, or for one beyond an {@code int}
     */
    public static int parse(String value) {
        String digits = value.strip();
        long factor = 1;
        if (!digits.isEmpty()) {
            factor = switch (digits.charAt(digits.length() - 1)) {
                case 'k', 'K' -> 1L << 10;
                case 'm', 'M' -> 1L << 20;
                default -> 1;
            };
        }
        if (factor > 1) {
            digits = digits.substring(0, digits.length() - 1);
        }
        try {
            return Math.toIntExact(Math.multiplyExact(Long.parseLong(digits), factor));
        } catch (NumberFormatException | ArithmeticException e) {
            throw new TypeConversionException(
                    "'" + value + "' is not a number of tokens; write e.g. 512 or 16K (at most 2147483647)");
        }
    }
}
