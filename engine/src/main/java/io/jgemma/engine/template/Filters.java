package io.jgemma.engine.template;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The filters by name. */
final class Filters {
    /** Filters of Jinja that no chat template can want: they make HTML, wrap text for terminals or roll dice. */
    private static final Set<String> UNSUPPORTED = Set.of("random", "striptags", "urlize", "wordwrap");

    private static final Map<String, Filter> FILTERS = all();

    private Filters() {}

    /** A filter. Its arguments are bound by itself. */
    interface Filter {
        Object apply(Interpreter in, Object value, Args args);
    }

    /** A filter whose arguments are bound already; the value comes first. */
    interface Bound {
        Object apply(Interpreter in, Object[] arguments);
    }

    private static Map<String, Filter> all() {
        Map<String, Filter> filters = new HashMap<>();
        TextFilters.addTo(filters);
        NumberFilters.addTo(filters);
        SequenceFilters.addTo(filters);
        SelectFilters.addTo(filters);
        return Map.copyOf(filters);
    }

    /** @param parameters as in {@link Signature#of}, the value first */
    static Filter bound(String name, String parameters, Bound body) {
        Signature signature = Signature.of("do_" + name, parameters);
        return (in, value, args) -> body.apply(in, signature.bind(args.prepend(value)));
    }

    static boolean exists(String name) {
        return FILTERS.containsKey(name);
    }

    /** @param notFound what an error message says behind the name of a filter that is not there */
    static Object apply(Interpreter in, String name, Object value, Args args, String notFound) {
        Filter filter = FILTERS.get(name);
        if (filter != null) {
            in.meter().touch(value);
            args.touch(in.meter());
            return filter.apply(in, value, args);
        }
        throw PyError.runtime(
                UNSUPPORTED.contains(name)
                        ? "the filter " + Printer.quote(name) + " is not supported in chat templates"
                        : "No filter named " + Printer.quote(name) + notFound);
    }

    /** An optional argument or its default. */
    static Object or(Object argument, Object value) {
        return argument == Special.MISSING ? value : argument;
    }

    /** True if an optional flag was given and is true. */
    static boolean flag(Object argument) {
        return argument != Special.MISSING && Values.truth(argument);
    }

    /** What has {@code items()}. */
    static PyDict mapping(Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (value instanceof PyDict dict) {
            return dict;
        }
        throw PyError.type("'" + Types.name(value) + "' object has no attribute 'items'");
    }

    static PyError argumentError(String message) {
        return PyError.runtime(message);
    }
}
