package io.jgemma.cli.options;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A bias on one token's logit.
 *
 * @param token token id
 * @param bias added to the logit; negative infinity forbids the token
 */
public record LogitBias(int token, float bias) {
    private static final Pattern SYNTAX = Pattern.compile("(\\d+)([+-])(inf|\\d+(?:\\.\\d*)?|\\.\\d+)");

    /** Reads {@code 15043+1}, {@code 15043-0.5} or {@code 15043-inf}. */
    public static final class Converter implements ITypeConverter<LogitBias> {
        @Override
        public LogitBias convert(String value) {
            Matcher matcher = SYNTAX.matcher(value);
            if (!matcher.matches()) {
                throw new TypeConversionException(
                        "'" + value + "' is not TOKEN_ID+BIAS or TOKEN_ID-BIAS, e.g. 15043+1 or 15043-inf");
            }
            String amount = matcher.group(3);
            if (amount.equals("inf") && matcher.group(2).equals("+")) {
                throw new TypeConversionException("a bias of +inf would leave no other token; -inf forbids one");
            }
            float size = amount.equals("inf") ? Float.POSITIVE_INFINITY : Float.parseFloat(amount);
            try {
                return new LogitBias(
                        Integer.parseInt(matcher.group(1)), matcher.group(2).equals("-") ? -size : size);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("token id " + matcher.group(1) + " is beyond any vocabulary");
            }
        }
    }
}
