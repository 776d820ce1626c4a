package io.jgemma.engine.template;

import java.util.List;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One call of a string's method.
 *
 * @param meter what the call may use
 * @param string the string, traced or markup or not
 * @param arguments the bound arguments
 */
record StringCall(Meter meter, Object string, List<Object> arguments) {

    /** The string's characters. */
    String self() {
        return Traced.text(string);
    }

    boolean markup() {
        return string instanceof Markup;
    }

    Object argument(int index) {
        return arguments.get(index);
    }

    boolean given(int index) {
        return arguments.get(index) != Special.MISSING;
    }

    /** @throws PyError if the argument is not a string */
    String text(int index, String function) {
        Object value = arguments.get(index);
        if (!Types.isString(value)) {
            String where = function.equals("replace") ? "replace() argument " + (index + 1) + " " : "";
            throw PyError.type(where + "must be str, not " + Types.name(value));
        }
        return Printer.str(meter, value);
    }

    /** A text that will stand in the result: escaped if the string is markup. */
    Object inserted(int index, String function) {
        if (markup()) {
            return Markup.escape(meter, arguments.get(index));
        }
        text(index, function);
        return arguments.get(index);
    }

    /** Null if the argument was not given or is None. */
    @Nullable
    String optionalText(int index, String function) {
        Object value = arguments.get(index);
        if (value == Special.MISSING || value == Special.NONE) {
            return null;
        }
        if (!Types.isString(value)) {
            throw PyError.type(
                    function.equals("split")
                            ? "must be str or None, not " + Types.name(value)
                            : function + " arg must be None or str");
        }
        return Printer.str(meter, value);
    }

    long integer(int index) {
        return Helpers.index(arguments.get(index));
    }

    /** Pads to the width of argument 0 with the fill of argument 1. */
    Object pad(LongBinaryOperator leftOfMissingAndWidth) {
        String fill = given(1) ? text(1, "pad") : " ";
        if (Text.length(fill) != 1) {
            throw PyError.type("The fill character must be exactly one character long");
        }
        String inserted = markup() ? Markup.escape(meter, fill).text() : fill;
        long width = integer(0);
        long missing = Math.max(width - Text.length(self()), 0);
        return Text.pad(meter, string, width, leftOfMissingAndWidth.applyAsLong(missing, width), inserted);
    }
}
