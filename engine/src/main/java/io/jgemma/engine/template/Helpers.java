package io.jgemma.engine.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The global functions of chat templates. */
final class Helpers {
    private static final long MAX_BOUND = 1L << 60;

    private Helpers() {}

    /** All of them by name; objects with a state are made anew for each render. */
    static Map<String, Object> globals() {
        Map<String, Object> globals = new LinkedHashMap<>();
        globals.put("range", Builtin.function("range", Helpers::range));
        globals.put("dict", new DictType());
        globals.put("namespace", Builtin.function("namespace", Helpers::namespace));
        globals.put("cycler", Builtin.function("cycler", (in, args) -> new Cycler(args.noKeywords("cycler"))));
        globals.put("joiner", Builtin.function("joiner", Helpers::joiner));
        globals.put("raise_exception", Builtin.function("raise_exception", Helpers::raise));
        globals.put("strftime_now", Builtin.function("strftime_now", Helpers::now));
        return globals;
    }

    /** An integer argument, forced into the range of a long. */
    static long index(Object value) {
        if (value instanceof Undefined undefined) {
            throw PyError.type("'" + Types.name(undefined) + "' object cannot be interpreted as an integer");
        }
        if (!Types.isInteger(value)) {
            throw PyError.type("'" + Types.name(value) + "' object cannot be interpreted as an integer");
        }
        Long small = Numbers.smallOrNull(value);
        if (small == null) {
            throw PyError.arithmetic("Python int too large to convert to C ssize_t");
        }
        return small;
    }

    private static Object range(Interpreter in, Args args) {
        Object[] bound = Signature.positional("range", "start stop? step?").bind(args);
        boolean onlyStop = bound[1] == Special.MISSING;
        long start = onlyStop ? 0 : index(bound[0]);
        long stop = onlyStop ? index(bound[0]) : index(bound[1]);
        long step = bound[2] == Special.MISSING ? 1 : index(bound[2]);
        if (step == 0) {
            throw PyError.value("range() arg 3 must not be zero");
        }
        boolean huge = Math.abs(start) > MAX_BOUND || Math.abs(stop) > MAX_BOUND || Math.abs(step) > MAX_BOUND;
        long distance = huge ? Long.MAX_VALUE : step > 0 ? stop - start : start - stop;
        int limit = in.meter().limits().maxRangeLength();
        if (huge || (distance > 0 && (distance - 1) / Math.abs(step) + 1 > limit)) {
            throw PyError.arithmetic("Range too big. The sandbox blocks ranges larger than MAX_RANGE (" + limit + ").");
        }
        return new PyRange(start, stop, step);
    }

    private static Object namespace(Interpreter in, Args args) {
        Namespace namespace = new Namespace();
        for (PyDict.Entry entry : dict(in.meter(), args).entries()) {
            namespace.set(entry.key(), entry.value());
        }
        return namespace;
    }

    private static Object joiner(Interpreter in, Args args) {
        Object separator = Signature.of("joiner", "sep?").bind(args)[0];
        return new Joiner(separator == Special.MISSING ? ", " : separator);
    }

    private static Object raise(Interpreter in, Args args) {
        Object message = Signature.of("raise_exception", "message").bind(args)[0];
        throw new PyError(TemplateException.Kind.RAISED, Printer.str(in.meter(), message));
    }

    private static Object now(Interpreter in, Args args) {
        Object format = Signature.of("strftime_now", "format").bind(args)[0];
        if (!Types.isString(format)) {
            throw PyError.type("strftime() argument 1 must be str, not " + Types.name(format));
        }
        return TimeFormat.format(in.meter(), Printer.str(in.meter(), format), in.now());
    }

    /** {@code dict(...)}: a mapping or pairs, then keywords. */
    static PyDict dict(Meter meter, Args args) {
        if (args.positional().size() > 1) {
            throw PyError.type(
                    "dict expected at most 1 argument, got " + args.positional().size());
        }
        PyDict dict = new PyDict();
        if (!args.positional().isEmpty()) {
            fill(meter, dict, args.positional().getFirst());
        }
        args.named().forEach(dict::put);
        return dict;
    }

    private static void fill(Meter meter, PyDict dict, Object source) {
        if (source instanceof PyDict other) {
            meter.work(other.size());
            meter.memory((long) other.size() * PyDict.ENTRY_BYTES);
            other.entries().forEach(entry -> dict.put(Keys.of(meter, entry.key()), entry.key(), entry.value()));
            return;
        }
        int position = 0;
        for (Object pair : Values.list(meter, source)) {
            if (Values.iteratorOrNull(meter, pair) == null) {
                throw PyError.type("cannot convert dictionary update sequence element #" + position + " to a sequence");
            }
            List<Object> items = Values.list(meter, pair);
            if (items.size() != 2) {
                throw PyError.value("dictionary update sequence element #" + position + " has length " + items.size()
                        + "; 2 is required");
            }
            meter.memory(PyDict.ENTRY_BYTES);
            dict.put(Keys.of(meter, items.get(0)), items.get(0), items.get(1));
            position++;
        }
    }

    static Builtin fromKeys() {
        return Builtin.method("fromkeys", (in, args) -> {
            Object[] bound =
                    Signature.positional("dict.fromkeys", "iterable value?").bind(args);
            PyDict dict = new PyDict();
            for (Object key : Values.list(in.meter(), bound[0])) {
                in.meter().memory(PyDict.ENTRY_BYTES);
                dict.put(Keys.of(in.meter(), key), key, bound[1] == Special.MISSING ? Special.NONE : bound[1]);
            }
            return dict;
        });
    }

    /** The global {@code dict}. */
    static final class DictType implements PyCallable {
        @Override
        public String typeName() {
            return "TemplateDict";
        }

        @Override
        public String describe() {
            return "<TemplateDict object>";
        }

        @Override
        public Object call(Interpreter in, Args args) {
            return dict(in.meter(), args);
        }

        @Nullable
        Object attribute(String name) {
            return name.equals("fromkeys") ? fromKeys() : null;
        }
    }

    /** Goes round its items, one at each call of {@code next()}. */
    static final class Cycler {
        private final List<Object> items;
        private int position;

        Cycler(Args args) {
            if (args.positional().isEmpty()) {
                throw PyError.runtime("at least one item has to be provided");
            }
            this.items = args.positional();
        }

        @Nullable
        Object attribute(String name) {
            return switch (name) {
                case "current" -> items.get(position);
                case "items" -> PyTuple.of(items);
                case "pos" -> (long) position;
                case "next" ->
                    Builtin.method("next", (in, args) -> {
                        Signature.of("next", "").bind(args);
                        Object item = items.get(position);
                        position = (position + 1) % items.size();
                        return item;
                    });
                case "reset" ->
                    Builtin.method("reset", (in, args) -> {
                        position = 0;
                        return Special.NONE;
                    });
                default -> null;
            };
        }
    }

    /** Empty at its first call, the separator at every later one. */
    static final class Joiner implements PyCallable {
        private final Object separator;
        private boolean used;

        Joiner(Object separator) {
            this.separator = separator;
        }

        @Override
        public String typeName() {
            return "Joiner";
        }

        @Override
        public String describe() {
            return "<Joiner object>";
        }

        @Override
        public Object call(Interpreter in, Args args) {
            Signature.of("joiner", "").bind(args);
            Object text = used ? separator : "";
            used = true;
            return text;
        }

        @Nullable
        Object attribute(String name) {
            return switch (name) {
                case "sep" -> separator;
                case "used" -> used;
                default -> null;
            };
        }
    }
}
