package io.jgemma.engine.template;

import java.util.List;

/**
 * A Python tuple.
 *
 * @param items the elements
 * @param group true for a pair made by the {@code groupby} filter, whose elements also go by the names {@code grouper}
 *     and {@code list}
 */
record PyTuple(List<Object> items, boolean group) implements PySequence {

    static PyTuple of(Object... items) {
        return new PyTuple(List.of(items), false);
    }

    static PyTuple of(List<Object> items) {
        return new PyTuple(items, false);
    }
}
