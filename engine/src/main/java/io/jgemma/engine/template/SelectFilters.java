package io.jgemma.engine.template;

import io.jgemma.engine.template.Filters.Filter;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;

/** The filters {@code map}, {@code select} and their relatives, which apply other filters and tests by name. */
final class SelectFilters {
    private SelectFilters() {}

    static void addTo(Map<String, Filter> filters) {
        filters.put("map", SelectFilters::map);
        filters.put("select", (in, value, args) -> select(in, value, args, true, false));
        filters.put("reject", (in, value, args) -> select(in, value, args, false, false));
        filters.put("selectattr", (in, value, args) -> select(in, value, args, true, true));
        filters.put("rejectattr", (in, value, args) -> select(in, value, args, false, true));
    }

    private static Object map(Interpreter in, Object value, Args args) {
        return SequenceFilters.lazily(() -> {
            if (!Values.truth(value)) {
                return List.<Object>of().iterator();
            }
            Function<Object, Object> function = mapping(in, args);
            Iterator<Object> source = Values.iterator(in.meter(), value);
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return source.hasNext();
                }

                @Override
                public Object next() {
                    return function.apply(source.next());
                }
            };
        });
    }

    private static Function<Object, Object> mapping(Interpreter in, Args args) {
        if (args.positional().isEmpty() && args.named().containsKey("attribute")) {
            Map<String, Object> named = new LinkedHashMap<>(args.named());
            Object attribute = Objects.requireNonNull(named.remove("attribute"));
            Object fallback = Objects.requireNonNullElse(named.remove("default"), Special.NONE);
            if (!named.isEmpty()) {
                throw Filters.argumentError("Unexpected keyword argument "
                        + Printer.quote(named.keySet().iterator().next()));
            }
            return AttributePath.of(in.meter(), attribute, fallback);
        }
        if (args.positional().isEmpty()) {
            throw Filters.argumentError("map requires a filter argument");
        }
        String name = name("filter", args.positional().getFirst());
        Args rest = args.skip(1);
        return item -> Filters.apply(in, name, item, rest, ".");
    }

    private static String name(String what, Object value) {
        if (value instanceof Undefined undefined) {
            throw PyError.runtime("No " + what + " named Undefined. ("
                    + undefined.error().getMessage() + "; did you forget to quote the callable name?)");
        }
        return Types.isString(value) ? Traced.text(value) : Printer.shortRepr(value);
    }

    private static Object select(Interpreter in, Object value, Args args, boolean keep, boolean byAttribute) {
        return SequenceFilters.lazily(() -> {
            if (!Values.truth(value)) {
                return List.<Object>of().iterator();
            }
            Predicate<Object> test = selection(in, args, byAttribute);
            return new FilteredIterator(Values.iterator(in.meter(), value), item -> test.test(item) == keep);
        });
    }

    private static Predicate<Object> selection(Interpreter in, Args args, boolean byAttribute) {
        if (byAttribute && args.positional().isEmpty()) {
            throw Filters.argumentError("Missing parameter for attribute name");
        }
        Function<Object, Object> getter =
                byAttribute ? AttributePath.of(in.meter(), args.positional().getFirst()) : Function.identity();
        Args rest = args.skip(byAttribute ? 1 : 0);
        if (rest.positional().isEmpty()) {
            return item -> Values.truth(getter.apply(item));
        }
        String name = name("test", rest.positional().getFirst());
        Args testArgs = rest.skip(1);
        return item -> Tests.apply(in, name, getter.apply(item), testArgs, ".");
    }
}
