package io.jgemma.cli.options;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a size of memory: {@code 512M}, {@code 1.5G}, {@code 1048576} for bytes. */
public final class ByteSizeConverter implements ITypeConverter<Long> {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,3})?)([kmg]?)(?:i?b)?");
    private static final int KIB_BITS = 10;

    @Override
    public Long convert(String value) {
        Matcher size = SIZE.matcher(value.strip().toLowerCase(Locale.ROOT));
        if (!size.matches()) {
            throw new TypeConversionException(
                    "'" + value + "' is not a size of memory; write e.g. 512M, 1.5G or a number of bytes");
        }
        int power = " kmg".indexOf(size.group(2).isEmpty() ? ' ' : size.group(2).charAt(0));
        return (long) (Double.parseDouble(size.group(1)) * (1L << (KIB_BITS * power)));
    }
}
