package io.jgemma.engine.template;

import io.jgemma.engine.template.Filters.Filter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Filters on sequences and mappings. */
final class SequenceFilters {
    /** What a list takes that has room for the first few elements. */
    private static final int LIST_BYTES = 160;

    private SequenceFilters() {}

    static void addTo(Map<String, Filter> filters) {
        Filter length = Filters.bound("length", "obj", (in, a) -> (long) Values.length(in.meter(), a[0]));
        filters.put("length", length);
        filters.put("count", length);
        Filter defaults = Filters.bound("default", "value default_value? boolean?", SequenceFilters::defaultValue);
        filters.put("default", defaults);
        filters.put("d", defaults);
        filters.put("first", Filters.bound("first", "seq", SequenceFilters::first));
        filters.put("last", Filters.bound("last", "seq", SequenceFilters::last));
        filters.put("list", Filters.bound("list", "value", (in, a) -> new PyList(Values.list(in.meter(), a[0]))));
        filters.put("reverse", Filters.bound("reverse", "value", SequenceFilters::reverse));
        filters.put("join", Filters.bound("join", "value d? attribute?", SequenceFilters::join));
        filters.put("items", Filters.bound("items", "value", SequenceFilters::items));
        filters.put(
                "dictsort", Filters.bound("dictsort", "value case_sensitive? by? reverse?", SequenceFilters::dictSort));
        filters.put("sort", Filters.bound("sort", "value reverse? case_sensitive? attribute?", SequenceFilters::sort));
        filters.put("unique", Filters.bound("unique", "value case_sensitive? attribute?", SequenceFilters::unique));
        filters.put("min", Filters.bound("min", "value case_sensitive? attribute?", (in, a) -> extreme(in, a, "<")));
        filters.put("max", Filters.bound("max", "value case_sensitive? attribute?", (in, a) -> extreme(in, a, ">")));
        filters.put("sum", Filters.bound("sum", "iterable attribute? start?", SequenceFilters::sum));
        filters.put("batch", Filters.bound("batch", "value linecount fill_with?", SequenceFilters::batch));
        filters.put("slice", Filters.bound("slice", "value slices fill_with?", SequenceFilters::slice));
        filters.put(
                "groupby",
                Filters.bound("groupby", "value attribute default? case_sensitive?", SequenceFilters::groupBy));
        filters.put("attr", Filters.bound("attr", "obj name", SequenceFilters::attribute));
    }

    /** A generator that runs its body when the first item is asked for. */
    static PyIterator lazily(Supplier<Iterator<Object>> body) {
        return PyIterator.generator(new Iterator<>() {
            private @Nullable Iterator<Object> started;

            private Iterator<Object> iterator() {
                Iterator<Object> iterator = started;
                if (iterator == null) {
                    iterator = body.get();
                    started = iterator;
                }
                return iterator;
            }

            @Override
            public boolean hasNext() {
                return iterator().hasNext();
            }

            @Override
            public Object next() {
                return iterator().next();
            }
        });
    }

    private static Object defaultValue(Interpreter in, Object[] a) {
        boolean missing = a[0] instanceof Undefined || (Filters.flag(a[2]) && !Values.truth(a[0]));
        return missing ? Filters.or(a[1], "") : a[0];
    }

    private static Object first(Interpreter in, Object[] a) {
        Iterator<Object> iterator = Values.iterator(in.meter(), a[0]);
        return iterator.hasNext() ? iterator.next() : Undefined.hint("No first item, sequence was empty.");
    }

    private static boolean isReversible(Object value) {
        return Members.isIndexable(value)
                || value instanceof PyDict
                || value instanceof PyView
                || value instanceof Undefined;
    }

    private static Object last(Interpreter in, Object[] a) {
        if (!isReversible(a[0])) {
            throw PyError.type("'" + Types.name(a[0]) + "' object is not reversible");
        }
        if (Values.length(in.meter(), a[0]) == 0) {
            return Undefined.hint("No last item, sequence was empty.");
        }
        return Types.isString(a[0])
                ? Members.element(in.meter(), a[0], -1L)
                : Values.list(in.meter(), a[0]).getLast();
    }

    private static Object reverse(Interpreter in, Object[] a) {
        Meter meter = in.meter();
        if (Types.isString(a[0])) {
            return Slices.slice(meter, a[0], Special.NONE, Special.NONE, -1L);
        }
        if (Values.iteratorOrNull(meter, a[0]) == null) {
            throw Filters.argumentError("argument must be iterable");
        }
        List<Object> items = Values.list(meter, a[0]);
        meter.memory((long) items.size() * Long.BYTES);
        List<Object> reversed = new ArrayList<>(items);
        Collections.reverse(reversed);
        if (!isReversible(a[0])) {
            return new PyList(reversed);
        }
        String type = switch (a[0]) {
            case PyList ignored -> "list_reverseiterator";
            case PyRange ignored -> "range_iterator";
            case PyDict ignored -> "dict_reversekeyiterator";
            default -> "reversed";
        };
        return new PyIterator(type, reversed.iterator());
    }

    private static Object join(Interpreter in, Object[] a) {
        Meter meter = in.meter();
        Object attribute = Filters.or(a[2], Special.NONE);
        Function<Object, Object> getter = AttributePath.of(meter, attribute);
        Object separator = Printer.text(meter, Filters.or(a[1], ""));
        TextBuilder out = new TextBuilder(meter);
        boolean first = true;
        for (Object item : Values.list(meter, a[0])) {
            out.add(first ? "" : separator).add(Printer.text(meter, getter.apply(item)));
            first = false;
        }
        return out.value();
    }

    private static Object items(Interpreter in, Object[] a) {
        return lazily(() -> {
            if (a[0] instanceof Undefined) {
                return List.<Object>of().iterator();
            }
            if (!(a[0] instanceof PyDict dict)) {
                throw PyError.type("Can only get item pairs from a mapping.");
            }
            in.meter().items(dict.size());
            return new PyView(PyView.Part.ITEMS, dict).items().iterator();
        });
    }

    /** Lower case for texts, so that order and equality ignore case. */
    private static Object foldCase(Meter meter, Object value, boolean caseSensitive) {
        if (caseSensitive || !Types.isString(value)) {
            return value;
        }
        String text = Traced.text(value);
        meter.length(text.length());
        return Text.lower(text);
    }

    private static Object dictSort(Interpreter in, Object[] a) {
        Object by = Filters.or(a[2], "key");
        if (!Types.isText(by, "key") && !Types.isText(by, "value")) {
            throw Filters.argumentError("You can only sort by either \"key\" or \"value\"");
        }
        PyDict dict = Filters.mapping(a[0]);
        boolean sensitive = Filters.flag(a[1]);
        in.meter().items(2L * dict.size());
        List<Object> pairs = new PyView(PyView.Part.ITEMS, dict).items();
        List<Object> keys = new ArrayList<>();
        for (PyDict.Entry entry : dict.entries()) {
            keys.add(foldCase(in.meter(), Types.isText(by, "key") ? entry.key() : entry.value(), sensitive));
        }
        return new PyList(Values.sorted(in.meter(), pairs, keys, Filters.flag(a[3])));
    }

    private static Object sort(Interpreter in, Object[] a) {
        Meter meter = in.meter();
        boolean sensitive = Filters.flag(a[2]);
        List<Function<Object, Object>> getters = AttributePath.several(meter, Filters.or(a[3], Special.NONE));
        List<Object> values = Values.list(meter, a[0]);
        List<Object> keys = new ArrayList<>();
        for (Object value : values) {
            List<Object> key = new ArrayList<>(getters.size());
            meter.memory(Meter.ITEM_BYTES);
            getters.forEach(getter -> key.add(foldCase(meter, getter.apply(value), sensitive)));
            keys.add(new PyList(key));
        }
        return new PyList(Values.sorted(meter, values, keys, Filters.flag(a[1])));
    }

    private static Object unique(Interpreter in, Object[] a) {
        Meter meter = in.meter();
        return lazily(() -> {
            Function<Object, Object> getter = AttributePath.of(meter, Filters.or(a[2], Special.NONE));
            Set<Object> seen = new HashSet<>();
            Iterator<Object> source = Values.iterator(meter, a[0]);
            return new FilteredIterator(
                    source, item -> seen.add(key(meter, foldCase(meter, getter.apply(item), Filters.flag(a[1])))));
        });
    }

    private static Object key(Meter meter, Object value) {
        meter.memory(Meter.ITEM_BYTES);
        return Keys.of(meter, value);
    }

    private static Object extreme(Interpreter in, Object[] a, String operator) {
        Meter meter = in.meter();
        Iterator<Object> iterator = Values.iterator(meter, a[0]);
        if (!iterator.hasNext()) {
            return Undefined.hint("No aggregated item, sequence was empty.");
        }
        Function<Object, Object> getter = AttributePath.of(meter, Filters.or(a[2], Special.NONE));
        boolean sensitive = Filters.flag(a[1]);
        Object best = iterator.next();
        Object bestKey = foldCase(meter, getter.apply(best), sensitive);
        while (iterator.hasNext()) {
            Object item = iterator.next();
            Object key = foldCase(meter, getter.apply(item), sensitive);
            if (Values.ordered(meter, operator, key, bestKey)) {
                best = item;
                bestKey = key;
            }
        }
        return best;
    }

    private static Object sum(Interpreter in, Object[] a) {
        Meter meter = in.meter();
        Object total = Filters.or(a[2], 0L);
        if (Types.isString(total)) {
            throw PyError.type("sum() can't sum strings [use ''.join(seq) instead]");
        }
        Function<Object, Object> getter = AttributePath.of(meter, Filters.or(a[1], Special.NONE));
        for (Object item : Values.list(meter, a[0])) {
            total = Arithmetic.binary(meter, "+", total, getter.apply(item));
        }
        return total;
    }

    private static Object batch(Interpreter in, Object[] a) {
        Meter meter = in.meter();
        return lazily(() -> {
            List<Object> batches = new ArrayList<>();
            List<Object> batch = new ArrayList<>();
            long size = Types.isInteger(a[1]) ? Helpers.index(a[1]) : -1;
            for (Object item : Values.list(meter, a[0])) {
                if (batch.isEmpty() || batch.size() == size) {
                    meter.memory(LIST_BYTES);
                }
                if (batch.size() == size) {
                    batches.add(new PyList(batch));
                    batch = new ArrayList<>();
                }
                batch.add(item);
            }
            Object fill = Filters.or(a[2], Special.NONE);
            if (fill != Special.NONE && !batch.isEmpty() && batch.size() < size) {
                meter.length(size);
                batch.addAll(Collections.nCopies((int) size - batch.size(), fill));
            }
            if (!batch.isEmpty()) {
                batches.add(new PyList(batch));
            }
            return batches.iterator();
        });
    }

    private static Object slice(Interpreter in, Object[] a) {
        Meter meter = in.meter();
        return lazily(() -> {
            List<Object> items = Values.list(meter, a[0]);
            long slices = Helpers.index(a[1]);
            if (slices == 0) {
                throw PyError.arithmetic("integer division or modulo by zero");
            }
            int count = meter.items(Math.max(slices, 0));
            Object fill = Filters.or(a[2], Special.NONE);
            int each = items.size() / Math.max(count, 1);
            int extra = items.size() % Math.max(count, 1);
            List<Object> result = new ArrayList<>(count);
            int from = 0;
            for (int i = 0; i < count; i++) {
                int to = from + each + (i < extra ? 1 : 0);
                List<Object> part = new ArrayList<>(items.subList(from, to));
                if (fill != Special.NONE && i >= extra) {
                    part.add(fill);
                }
                result.add(new PyList(part));
                from = to;
            }
            return result.iterator();
        });
    }

    private static Object groupBy(Interpreter in, Object[] a) {
        Meter meter = in.meter();
        boolean sensitive = Filters.flag(a[3]);
        Function<Object, Object> getter = AttributePath.of(meter, a[1], Filters.or(a[2], Special.NONE));
        List<Object> values = Values.list(meter, a[0]);
        List<Object> keys = new ArrayList<>();
        List<Object> positions = new ArrayList<>();
        for (Object value : values) {
            positions.add((long) keys.size());
            keys.add(foldCase(meter, getter.apply(value), sensitive));
        }
        List<Object> groups = new ArrayList<>();
        List<Object> group = new ArrayList<>();
        Object groupKey = Special.MISSING;
        for (Object position : Values.sorted(meter, positions, keys, false)) {
            int index = ((Long) position).intValue();
            if (!group.isEmpty() && !Values.equal(meter, groupKey, keys.get(index))) {
                groups.add(group(getter, groupKey, group, sensitive));
                group = new ArrayList<>();
            }
            if (group.isEmpty()) {
                meter.memory(LIST_BYTES);
                groupKey = keys.get(index);
            }
            group.add(values.get(index));
        }
        if (!group.isEmpty()) {
            groups.add(group(getter, groupKey, group, sensitive));
        }
        return new PyList(groups);
    }

    private static Object group(Function<Object, Object> getter, Object key, List<Object> items, boolean sensitive) {
        Object shown = sensitive ? key : getter.apply(items.getFirst());
        return new PyTuple(List.of(shown, new PyList(items)), true);
    }

    private static Object attribute(Interpreter in, Object[] a) {
        if (!Types.isString(a[1])) {
            throw PyError.type("attribute name must be string, not '" + Types.name(a[1]) + "'");
        }
        if (a[0] instanceof Undefined undefined) {
            throw undefined.error();
        }
        String name = Printer.str(in.meter(), a[1]);
        Object attribute = Members.attributeOrNull(a[0], name);
        return attribute == null ? Undefined.member(in.meter(), a[0], name) : attribute;
    }
}
