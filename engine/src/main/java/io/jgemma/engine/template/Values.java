package io.jgemma.engine.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** What every Python value can be asked: truth, length, equality, order, elements. */
final class Values {
    private Values() {}

    static boolean truth(Object value) {
        return switch (value) {
            case Boolean b -> b;
            case Special ignored -> false;
            case Undefined ignored -> false;
            case String s -> !s.isEmpty();
            case Traced ignored -> true;
            case Markup m -> !m.text().isEmpty();
            case Long l -> l != 0;
            case Double d -> d != 0;
            case PySequence sequence -> !sequence.items().isEmpty();
            case PyDict dict -> dict.size() > 0;
            case PyView view -> view.dict().size() > 0;
            case PyRange range -> range.length() > 0;
            case LoopContext loop -> loop.length() > 0;
            default -> true;
        };
    }

    /** {@code len(value)}, or -1 if the value has none. */
    static int lengthOrNone(Meter meter, Object value) {
        meter.touch(value);
        return switch (value) {
            case String s -> Text.length(s);
            case Traced traced -> Text.length(traced.text());
            case Markup m -> Text.length(m.text());
            case PySequence sequence -> sequence.items().size();
            case PyDict dict -> dict.size();
            case PyView view -> view.dict().size();
            case PyRange range -> range.length();
            case Undefined ignored -> 0;
            case LoopContext loop -> loop.length();
            default -> -1;
        };
    }

    static int length(Meter meter, Object value) {
        int length = lengthOrNone(meter, value);
        if (length < 0) {
            throw PyError.type("object of type '" + Types.name(value) + "' has no len()");
        }
        return length;
    }

    /** {@code iter(value)}, or null if it has none; each element costs a step. */
    static @Nullable Iterator<Object> iteratorOrNull(Meter meter, Object value) {
        return switch (value) {
            case PySequence sequence -> metered(meter, sequence.items().iterator());
            case String s -> codePoints(meter, s);
            case Traced traced -> codePoints(meter, traced);
            case Markup m -> codePoints(meter, Traced.of(m.text(), m.origins()));
            case PyDict dict -> metered(meter, items(meter, new PyView(PyView.Part.KEYS, dict)));
            case PyView view -> metered(meter, items(meter, view));
            case PyRange range -> rangeIterator(meter, range);
            case PyIterator iterator -> metered(meter, iterator.iterator());
            case Undefined ignored -> List.<Object>of().iterator();
            case LoopContext loop -> metered(meter, loop.pairs());
            default -> null;
        };
    }

    private static Iterator<Object> items(Meter meter, PyView view) {
        meter.work(view.dict().size());
        return view.items().iterator();
    }

    static Iterator<Object> iterator(Meter meter, Object value) {
        Iterator<Object> iterator = iteratorOrNull(meter, value);
        if (iterator == null) {
            throw PyError.type("'" + Types.name(value) + "' object is not iterable");
        }
        return iterator;
    }

    /** All elements of an iterable. */
    static List<Object> list(Meter meter, Object value) {
        if (value instanceof PySequence sequence) {
            meter.work(sequence.items().size());
            return sequence.items();
        }
        List<Object> items = new ArrayList<>();
        Iterator<Object> iterator = iterator(meter, value);
        while (iterator.hasNext()) {
            meter.memory(Meter.ITEM_BYTES);
            items.add(iterator.next());
            meter.limit(items.size());
        }
        return items;
    }

    /** Exactly {@code count} items of an iterable. */
    static List<Object> unpack(Meter meter, Object value, int count) {
        Iterator<Object> iterator = iteratorOrNull(meter, value);
        if (iterator == null) {
            throw PyError.type("cannot unpack non-iterable " + Types.name(value) + " object");
        }
        List<Object> items = new ArrayList<>(count);
        while (items.size() < count && iterator.hasNext()) {
            items.add(iterator.next());
        }
        if (items.size() < count) {
            throw PyError.value("not enough values to unpack (expected " + count + ", got " + items.size() + ")");
        }
        if (iterator.hasNext()) {
            throw PyError.value("too many values to unpack (expected " + count + ")");
        }
        return items;
    }

    private static Iterator<Object> metered(Meter meter, Iterator<Object> source) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return source.hasNext();
            }

            @Override
            public Object next() {
                meter.step();
                return source.next();
            }
        };
    }

    private static Iterator<Object> codePoints(Meter meter, Object string) {
        String s = Traced.text(string);
        return new Iterator<>() {
            private int at;

            @Override
            public boolean hasNext() {
                return at < s.length();
            }

            @Override
            public Object next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                meter.step();
                int from = at;
                at += Character.charCount(s.codePointAt(from));
                return Traced.slice(string, from, at);
            }
        };
    }

    private static Iterator<Object> rangeIterator(Meter meter, PyRange range) {
        return new Iterator<>() {
            private int index;

            @Override
            public boolean hasNext() {
                return index < range.length();
            }

            @Override
            public Object next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                meter.step();
                return range.at(index++);
            }
        };
    }

    /** Python's {@code is}. */
    @SuppressWarnings("ReferenceEquality") // identity is the question
    static boolean identical(Object a, Object b) {
        return a == b;
    }

    /** Python's {@code ==}. */
    static boolean equal(Meter meter, Object a, Object b) {
        meter.step();
        if (identical(a, b)) {
            return !Numbers.isNan(a);
        }
        return switch (a) {
            case String s -> equalText(meter, s, b);
            case Traced traced -> equalText(meter, traced.text(), b);
            case Markup m -> equalText(meter, m.text(), b);
            case Boolean ignored -> equalNumber(a, b);
            case Long ignored -> equalNumber(a, b);
            case BigInteger ignored -> equalNumber(a, b);
            case Double ignored -> equalNumber(a, b);
            case PyList x -> b instanceof PyList y && equalItems(meter, x.items(), y.items());
            case PyTuple x -> b instanceof PyTuple y && equalItems(meter, x.items(), y.items());
            case PyDict x -> b instanceof PyDict y && equalDicts(meter, x, y);
            case PyView x -> b instanceof PyView y && equalViews(meter, x, y);
            case PyRange x -> b instanceof PyRange y && equalRanges(x, y);
            case Undefined ignored -> b instanceof Undefined;
            default -> false;
        };
    }

    private static boolean equalText(Meter meter, String a, Object b) {
        String text = Types.isString(b) ? Traced.text(b) : null;
        if (text == null || text.length() != a.length()) {
            return false;
        }
        meter.work(a.length());
        return a.equals(text);
    }

    private static boolean equalNumber(Object a, Object b) {
        return Types.isNumber(b) && !Numbers.isNan(a) && !Numbers.isNan(b) && Numbers.compare(a, b) == 0;
    }

    private static boolean equalItems(Meter meter, List<Object> a, List<Object> b) {
        if (a.size() != b.size()) {
            return false;
        }
        meter.enter();
        meter.work(a.size());
        boolean equal = true;
        for (int i = 0; i < a.size() && equal; i++) {
            equal = same(meter, a.get(i), b.get(i));
        }
        meter.leave();
        return equal;
    }

    /** Containers compare elements by identity first. */
    private static boolean same(Meter meter, Object a, Object b) {
        return identical(a, b) || equal(meter, a, b);
    }

    private static boolean equalDicts(Meter meter, PyDict a, PyDict b) {
        if (a.size() != b.size()) {
            return false;
        }
        meter.enter();
        meter.work(a.size());
        boolean equal = true;
        for (var entry : a.normalizedEntries()) {
            Object other = b.get(entry.getKey());
            if (other == null || !same(meter, entry.getValue().value(), other)) {
                equal = false;
                break;
            }
        }
        meter.leave();
        return equal;
    }

    private static boolean equalViews(Meter meter, PyView a, PyView b) {
        if (a.part() != b.part()
                || a.part() == PyView.Part.VALUES
                || a.dict().size() != b.dict().size()) {
            return false;
        }
        if (a.part() == PyView.Part.ITEMS) {
            return equalDicts(meter, a.dict(), b.dict());
        }
        meter.work(a.dict().size());
        return a.dict().normalizedEntries().stream().allMatch(e -> b.dict().get(e.getKey()) != null);
    }

    private static boolean equalRanges(PyRange a, PyRange b) {
        return a.length() == b.length()
                && (a.length() == 0 || (a.start() == b.start() && (a.length() == 1 || a.step() == b.step())));
    }

    /**
     * Python's {@code <}, {@code <=}, {@code >} and {@code >=}.
     *
     * @throws PyError if the two have no order
     */
    static boolean ordered(Meter meter, String operator, Object a, Object b) {
        if (a instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (b instanceof Undefined undefined) {
            throw undefined.error();
        }
        meter.step();
        if (Types.isNumber(a) && Types.isNumber(b)) {
            return !Numbers.isNan(a) && !Numbers.isNan(b) && holds(operator, Numbers.compare(a, b));
        }
        if (Types.isString(a) && Types.isString(b)) {
            String x = Printer.str(meter, a);
            String y = Printer.str(meter, b);
            meter.work(Math.min(x.length(), y.length()));
            return holds(operator, Text.compare(x, y));
        }
        if (a instanceof PyList x && b instanceof PyList y) {
            return orderedItems(meter, operator, x.items(), y.items());
        }
        if (a instanceof PyTuple x && b instanceof PyTuple y) {
            return orderedItems(meter, operator, x.items(), y.items());
        }
        throw PyError.type("'" + operator + "' not supported between instances of '" + Types.name(a) + "' and '"
                + Types.name(b) + "'");
    }

    private static boolean holds(String operator, int comparison) {
        return switch (operator) {
            case "<" -> comparison < 0;
            case "<=" -> comparison <= 0;
            case ">" -> comparison > 0;
            default -> comparison >= 0;
        };
    }

    private static boolean orderedItems(Meter meter, String operator, List<Object> a, List<Object> b) {
        meter.enter();
        try {
            int common = Math.min(a.size(), b.size());
            meter.work(common);
            for (int i = 0; i < common; i++) {
                if (!same(meter, a.get(i), b.get(i))) {
                    return ordered(meter, operator, a.get(i), b.get(i));
                }
            }
            return holds(operator, Integer.compare(a.size(), b.size()));
        } finally {
            meter.leave();
        }
    }

    /** Python's {@code item in container}. */
    static boolean contains(Meter meter, Object container, Object item) {
        return switch (container) {
            case String s -> containsText(meter, s, item);
            case Traced traced -> containsText(meter, traced.text(), item);
            case Markup m -> containsText(meter, m.text(), item);
            case PyDict dict -> dict.get(Keys.of(meter, item)) != null;
            case PyView view when view.part() == PyView.Part.KEYS -> view.dict().get(Keys.of(meter, item)) != null;
            default -> {
                Iterator<Object> iterator = iteratorOrNull(meter, container);
                if (iterator == null) {
                    throw PyError.type("argument of type '" + Types.name(container) + "' is not iterable");
                }
                boolean found = false;
                while (!found && iterator.hasNext()) {
                    found = same(meter, iterator.next(), item);
                }
                yield found;
            }
        };
    }

    private static boolean containsText(Meter meter, String text, Object item) {
        if (!Types.isString(item)) {
            throw PyError.type("'in <string>' requires string as left operand, not " + Types.name(item));
        }
        String wanted = Printer.str(meter, item);
        Text.chargeSearch(meter, text, wanted);
        return Text.indexOf(text, wanted, 0) >= 0;
    }

    /** Sorts stably by Python's {@code <} on the keys; {@code sorted(values, key=..., reverse=...)}. */
    static List<Object> sorted(Meter meter, List<Object> values, List<Object> keys, boolean reverse) {
        return new Sorter(meter, values, keys, reverse).sort();
    }
}
