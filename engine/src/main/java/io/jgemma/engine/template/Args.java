package io.jgemma.engine.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Arguments of a call.
 *
 * @param positional by position
 * @param named by keyword, in the order written
 */
record Args(List<Object> positional, Map<String, Object> named) {
    static final Args NONE = new Args(List.of(), Map.of());

    static Args of(Object... values) {
        return new Args(List.of(values), Map.of());
    }

    /** With one more argument in front. */
    Args prepend(Object first) {
        List<Object> all = new ArrayList<>(positional.size() + 1);
        all.add(first);
        all.addAll(positional);
        return new Args(all, named);
    }

    /** Without the first {@code count} positional arguments. */
    Args skip(int count) {
        return new Args(positional.subList(Math.min(count, positional.size()), positional.size()), named);
    }

    /** Charges what it costs to look at all arguments. */
    void touch(Meter meter) {
        positional.forEach(meter::touch);
        named.values().forEach(meter::touch);
    }

    /** @throws PyError if there are keyword arguments */
    Args noKeywords(String function) {
        if (!named.isEmpty()) {
            throw PyError.type(function + "() takes no keyword arguments");
        }
        return this;
    }
}
