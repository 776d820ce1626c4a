package io.jgemma.engine.template;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Names of a function's parameters, to which a call's arguments are bound as Python does. */
final class Signature {
    private final String function;
    private final List<String> names;
    private final int required;
    private final boolean keywords;

    private Signature(String function, List<String> names, int required, boolean keywords) {
        this.function = function;
        this.names = names;
        this.required = required;
        this.keywords = keywords;
    }

    /**
     * @param function name for error messages
     * @param parameters names separated by spaces; a question mark behind a name makes it optional
     */
    static Signature of(String function, String parameters) {
        return parse(function, parameters, true);
    }

    /** As {@link #of}, for functions that take their arguments by position only. */
    static Signature positional(String function, String parameters) {
        return parse(function, parameters, false);
    }

    private static Signature parse(String function, String parameters, boolean keywords) {
        List<String> all = parameters.isEmpty() ? List.of() : Arrays.asList(parameters.split(" ", -1));
        int required = (int) all.stream().filter(name -> !name.endsWith("?")).count();
        List<String> names = all.stream().map(name -> name.replace("?", "")).toList();
        return new Signature(function, names, required, keywords);
    }

    /** One value for each parameter, {@link Special#MISSING} for an optional one not given. */
    Object[] bind(Args args) {
        if (!keywords && !args.named().isEmpty()) {
            throw PyError.type(function + "() takes no keyword arguments");
        }
        if (args.positional().size() > names.size()) {
            throw PyError.type(function + "() takes " + count() + " but "
                    + args.positional().size() + " were given");
        }
        Object[] bound = new Object[names.size()];
        Arrays.fill(bound, Special.MISSING);
        for (int i = 0; i < args.positional().size(); i++) {
            bound[i] = args.positional().get(i);
        }
        for (Map.Entry<String, Object> named : args.named().entrySet()) {
            int index = names.indexOf(named.getKey());
            if (index < 0) {
                throw PyError.type(function + "() got an unexpected keyword argument " + Printer.quote(named.getKey()));
            }
            if (bound[index] != Special.MISSING) {
                throw PyError.type(function + "() got multiple values for argument " + Printer.quote(named.getKey()));
            }
            bound[index] = named.getValue();
        }
        checkRequired(bound);
        return bound;
    }

    private void checkRequired(Object[] bound) {
        List<String> missing = IntStream.range(0, required)
                .filter(i -> bound[i] == Special.MISSING)
                .mapToObj(i -> Printer.quote(names.get(i)))
                .toList();
        if (!missing.isEmpty()) {
            throw PyError.type(function + "() missing " + missing.size() + " required positional argument"
                    + (missing.size() == 1 ? ": " : "s: ") + String.join(" and ", missing));
        }
    }

    private String count() {
        String most = names.size() + " positional argument" + (names.size() == 1 ? "" : "s");
        return required == names.size() ? most : "from " + required + " to " + most;
    }
}
