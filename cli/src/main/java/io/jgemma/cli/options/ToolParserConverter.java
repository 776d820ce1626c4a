package io.jgemma.cli.options;

import io.jgemma.engine.chat.ToolCallParsers;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the name of a syntax of tool calls, so that a wrong one is refused before any model is opened. */
public final class ToolParserConverter implements ITypeConverter<String> {

    /** The syntax's own name, for a name or an alias of it. */
    @Override
    public String convert(String value) {
        try {
            return ToolCallParsers.byName(value).name();
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }
}
