package io.jgemma.engine.template;

import java.util.List;

/** The searching methods of Python's strings; positions count code points. */
final class StringSearch {
    private StringSearch() {}

    /** The part of the string that arguments 1 and 2 select; null if it begins behind the end. */
    private static String window(StringCall call, int start, int end) {
        return Text.substring(call.self(), start, Math.max(end, start));
    }

    private static int start(StringCall call) {
        Object value = call.argument(1);
        int length = Text.length(call.self());
        boolean beyond =
                Types.isInteger(value) && Numbers.compare(Numbers.shrink(Numbers.big(value)), (long) length) > 0;
        return beyond ? length + 1 : Slices.bound(value, 0, length);
    }

    private static int end(StringCall call) {
        int length = Text.length(call.self());
        return Slices.bound(call.argument(2), length, length);
    }

    static Object count(StringCall call) {
        String wanted = call.text(0, "count");
        int start = start(call);
        int end = end(call);
        Text.chargeSearch(call.meter(), call.self(), wanted);
        return start > end ? 0L : (long) Text.count(window(call, start, end), wanted);
    }

    static Object find(StringCall call, boolean last, boolean insist) {
        String wanted = call.text(0, "find");
        int start = start(call);
        int end = end(call);
        Text.chargeSearch(call.meter(), call.self(), wanted);
        int found = -1;
        if (start <= end) {
            String window = window(call, start, end);
            int unit = last ? Text.lastIndexOf(window, wanted, window.length()) : Text.indexOf(window, wanted, 0);
            found = unit < 0 ? -1 : start + Text.pointIndex(window, unit);
        }
        if (insist && found < 0) {
            throw PyError.value("substring not found");
        }
        return (long) found;
    }

    /** {@code startswith} and {@code endswith}: a string, or a tuple of which one must fit. */
    static Object affix(StringCall call, boolean prefix) {
        String function = prefix ? "startswith" : "endswith";
        Object wanted = call.argument(0);
        List<Object> candidates = wanted instanceof PyTuple tuple ? tuple.items() : List.of(wanted);
        int start = start(call);
        int end = end(call);
        String window = start > end ? "" : window(call, start, end);
        for (Object candidate : candidates) {
            if (!Types.isString(candidate)) {
                throw PyError.type(
                        wanted instanceof PyTuple
                                ? "tuple for " + function + " must only contain str, not " + Types.name(candidate)
                                : function + " first arg must be str or a tuple of str, not " + Types.name(candidate));
            }
            String text = Printer.str(call.meter(), candidate);
            call.meter().work(text.length());
            if (start <= end && (prefix ? window.startsWith(text) : window.endsWith(text))) {
                return true;
            }
        }
        return false;
    }

    static Object partition(StringCall call, boolean last) {
        String separator = call.text(0, "partition");
        if (separator.isEmpty()) {
            throw PyError.value("empty separator");
        }
        String s = call.self();
        Text.chargeSearch(call.meter(), s, separator);
        call.meter().length(s.length());
        int at = last ? Text.lastIndexOf(s, separator, s.length()) : Text.indexOf(s, separator, 0);
        if (at < 0) {
            return last ? PyTuple.of("", "", call.string()) : PyTuple.of(call.string(), "", "");
        }
        return PyTuple.of(
                Traced.slice(call.string(), 0, at),
                call.argument(0),
                Traced.slice(call.string(), at + separator.length(), s.length()));
    }
}
