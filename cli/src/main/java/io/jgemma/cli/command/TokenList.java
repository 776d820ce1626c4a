package io.jgemma.cli.command;

import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Token ids of the command line. */
final class TokenList {
    private static final Pattern SEPARATOR = Pattern.compile("[,\\s]+");

    private final int[] ids;

    private TokenList(int[] ids) {
        this.ids = ids;
    }

    /** No ids. */
    static TokenList empty() {
        return new TokenList(new int[0]);
    }

    /** The ids, in order. */
    int[] ids() {
        return ids.clone();
    }

    /** Reads ids separated by commas or white space. */
    static final class Converter implements ITypeConverter<TokenList> {
        @Override
        public TokenList convert(String value) {
            try {
                return new TokenList(SEPARATOR
                        .splitAsStream(value.strip())
                        .filter(id -> !id.isEmpty())
                        .mapToInt(Integer::parseInt)
                        .toArray());
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + value + "' is not a list of token ids, e.g. 2,5,9");
            }
        }
    }
}
