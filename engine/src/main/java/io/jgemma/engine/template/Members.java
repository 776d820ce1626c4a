package io.jgemma.engine.template;

import java.math.BigInteger;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Attributes, elements and slices of values, as Jinja's sandbox hands them out. */
final class Members {
    /** What every Python object has; the sandbox refuses all of it. */
    private static final Set<String> OBJECT_ATTRIBUTES = Set.of(
            "__class__",
            "__delattr__",
            "__dir__",
            "__doc__",
            "__eq__",
            "__format__",
            "__ge__",
            "__getattribute__",
            "__gt__",
            "__hash__",
            "__init__",
            "__init_subclass__",
            "__le__",
            "__lt__",
            "__ne__",
            "__new__",
            "__reduce__",
            "__reduce_ex__",
            "__repr__",
            "__setattr__",
            "__sizeof__",
            "__str__",
            "__subclasshook__");

    private static final Set<String> CONTAINER_ATTRIBUTES =
            Set.of("__len__", "__getitem__", "__contains__", "__iter__", "__add__", "__mul__");
    private static final Set<String> CALLABLE_ATTRIBUTES =
            Set.of("__call__", "__code__", "__dict__", "__globals__", "__module__", "__name__", "__self__");

    /** The methods that change a list or a dict. */
    private static final Set<String> LIST_MUTATORS =
            Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");

    private static final Set<String> DICT_MUTATORS = Set.of("clear", "pop", "popitem", "setdefault", "update");

    private Members() {}

    /** {@code value.name}: an attribute or, failing that, an element. */
    static Object attribute(Meter meter, Object value, String name) {
        if (value instanceof Undefined undefined) {
            if (OBJECT_ATTRIBUTES.contains(name)) {
                return Undefined.unsafe(value, name);
            }
            throw undefined.error();
        }
        Object attribute = attributeOrNull(value, name);
        if (attribute == null) {
            attribute = elementOrNull(meter, value, name);
        }
        return attribute == null ? Undefined.member(meter, value, name) : attribute;
    }

    /** {@code value[key]}: an element or, failing that, an attribute. */
    static Object element(Meter meter, Object value, Object key) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        Object element = elementOrNull(meter, value, key);
        if (element == null && Types.isString(key)) {
            element = attributeOrNull(value, Printer.str(meter, key));
        }
        return element == null ? Undefined.member(meter, value, key) : element;
    }

    private static @Nullable Object elementOrNull(Meter meter, Object value, Object key) {
        if (value instanceof PyDict dict) {
            return Keys.isHashable(meter, key) ? dict.get(Keys.of(meter, key)) : null;
        }
        Long index = Numbers.smallOrNull(key);
        int length = index == null || !isIndexable(value) ? -1 : Values.length(meter, value);
        if (index == null || index >= length || index < -length) {
            return null;
        }
        int at = (int) (index < 0 ? index + length : index);
        return switch (value) {
            case String s -> Text.substring(s, at, at + 1);
            case Traced traced -> Text.substring(traced, at, at + 1);
            case Markup m -> Text.substring(m, at, at + 1);
            case PySequence sequence -> sequence.items().get(at);
            case PyRange range -> range.at(at);
            default -> null;
        };
    }

    static boolean isIndexable(Object value) {
        return Types.isString(value) || value instanceof PySequence || value instanceof PyRange;
    }

    /** Python's {@code getattr}, or null where that has nothing; what the sandbox forbids is an undefined value. */
    static @Nullable Object attributeOrNull(Object value, String name) {
        if (name.startsWith("__") && hasInternal(value, name)) {
            return Undefined.unsafe(value, name);
        }
        return switch (value) {
            case String ignored -> StringMethods.bind(value, name);
            case Traced ignored -> StringMethods.bind(value, name);
            case Markup ignored -> StringMethods.bind(value, name);
            case PyDict dict -> dictAttribute(dict, name);
            case PyList list -> LIST_MUTATORS.contains(name) ? Undefined.unsafe(list, name) : listAttribute(list, name);
            case PyTuple tuple -> tupleAttribute(tuple, name);
            case Namespace namespace -> namespace.get(name);
            case LoopContext loop -> name.startsWith("_") ? null : loop.attribute(name);
            case Macro macro -> macro.attribute(name);
            case PyRange range -> rangeAttribute(range, name);
            case Helpers.Cycler cycler -> cycler.attribute(name);
            case Helpers.Joiner joiner -> joiner.attribute(name);
            case Helpers.DictType type -> type.attribute(name);
            case BlockReference.Self self -> self.attribute(name);
            case Boolean b -> integerAttribute(b, name);
            case Long l -> integerAttribute(l, name);
            case BigInteger big -> integerAttribute(big, name);
            case Double d -> floatAttribute(d, name);
            default -> null;
        };
    }

    private static boolean hasInternal(Object value, String name) {
        if (value instanceof Namespace) {
            return name.equals("__class__");
        }
        return OBJECT_ATTRIBUTES.contains(name)
                || (value instanceof PyCallable && CALLABLE_ATTRIBUTES.contains(name))
                || ((isIndexable(value) || value instanceof PyDict) && CONTAINER_ATTRIBUTES.contains(name));
    }

    private static @Nullable Object dictAttribute(PyDict dict, String name) {
        if (DICT_MUTATORS.contains(name)) {
            return Undefined.unsafe(dict, name);
        }
        return switch (name) {
            case "keys" -> view(dict, PyView.Part.KEYS);
            case "values" -> view(dict, PyView.Part.VALUES);
            case "items" -> view(dict, PyView.Part.ITEMS);
            case "copy" ->
                Builtin.method("copy", (in, args) -> {
                    Signature.positional("dict.copy", "").bind(args);
                    in.meter().work(dict.size());
                    in.meter().memory((long) dict.size() * PyDict.ENTRY_BYTES);
                    return new PyDict(dict);
                });
            case "get" ->
                Builtin.method("get", (in, args) -> {
                    Object[] bound =
                            Signature.positional("dict.get", "key default?").bind(args);
                    Object found = dict.get(Keys.of(in.meter(), bound[0]));
                    return found != null ? found : bound[1] == Special.MISSING ? Special.NONE : bound[1];
                });
            case "fromkeys" -> Helpers.fromKeys();
            default -> null;
        };
    }

    private static Object view(PyDict dict, PyView.Part part) {
        return Builtin.method(part.name(), (in, args) -> {
            Signature.positional("dict.view", "").bind(args);
            return new PyView(part, dict);
        });
    }

    private static @Nullable Object tupleAttribute(PyTuple tuple, String name) {
        if (tuple.group() && (name.equals("grouper") || name.equals("list"))) {
            return tuple.items().get(name.equals("grouper") ? 0 : 1);
        }
        return name.equals("copy") ? null : listAttribute(tuple, name);
    }

    private static @Nullable Object listAttribute(PySequence sequence, String name) {
        return switch (name) {
            case "index" -> Builtin.method("index", (in, args) -> index(in.meter(), sequence, args));
            case "count" -> Builtin.method("count", (in, args) -> count(in.meter(), sequence.items(), args));
            case "copy" ->
                Builtin.method("copy", (in, args) -> {
                    Signature.positional("list.copy", "").bind(args);
                    return sequence;
                });
            default -> null;
        };
    }

    private static Object count(Meter meter, List<Object> items, Args args) {
        Object wanted = Signature.positional("list.count", "value").bind(args)[0];
        long count = 0;
        for (Object item : items) {
            count += Values.equal(meter, item, wanted) ? 1 : 0;
        }
        return count;
    }

    private static Object index(Meter meter, PySequence sequence, Args args) {
        Object[] bound = Signature.positional(Types.name(sequence) + ".index", "value start? stop?")
                .bind(args);
        int size = sequence.items().size();
        int start = Slices.bound(bound[1], 0, size);
        int stop = Slices.bound(bound[2], size, size);
        for (int i = start; i < stop; i++) {
            if (Values.equal(meter, sequence.items().get(i), bound[0])) {
                return (long) i;
            }
        }
        throw PyError.value(
                sequence instanceof PyTuple
                        ? "tuple.index(x): x not in tuple"
                        : Printer.repr(meter, bound[0]) + " is not in list");
    }

    private static @Nullable Object rangeAttribute(PyRange range, String name) {
        return switch (name) {
            case "start" -> range.start();
            case "stop" -> range.stop();
            case "step" -> range.step();
            case "index" ->
                Builtin.method(name, (in, args) -> index(in.meter(), new PyList(Values.list(in.meter(), range)), args));
            case "count" -> Builtin.method(name, (in, args) -> count(in.meter(), Values.list(in.meter(), range), args));
            default -> null;
        };
    }

    private static @Nullable Object integerAttribute(Object integer, String name) {
        return switch (name) {
            case "real", "numerator" -> Numbers.shrink(Numbers.big(integer));
            case "imag" -> 0L;
            case "denominator" -> 1L;
            case "conjugate" -> Builtin.method("conjugate", (in, args) -> Numbers.shrink(Numbers.big(integer)));
            case "bit_length" ->
                Builtin.method("bit_length", (in, args) ->
                        (long) Numbers.big(integer).abs().bitLength());
            case "bit_count" ->
                Builtin.method("bit_count", (in, args) ->
                        (long) Numbers.big(integer).abs().bitCount());
            default -> null;
        };
    }

    private static @Nullable Object floatAttribute(Double value, String name) {
        return switch (name) {
            case "real" -> value;
            case "imag" -> 0.0;
            case "conjugate" -> Builtin.method("conjugate", (in, args) -> value);
            case "is_integer" ->
                Builtin.method("is_integer", (in, args) -> !Double.isInfinite(value) && value == Math.rint(value));
            default -> null;
        };
    }
}
