package io.jgemma.engine.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The methods of Python's strings. On markup, texts that come back are markup and arguments put in are escaped. */
final class StringMethods {
    private static final Map<String, Method> METHODS = Map.ofEntries(
            changed("capitalize", Text::capitalize),
            changed("casefold", Text::foldCase),
            changed("lower", Text::lower),
            changed("swapcase", Text::swapCase),
            changed("title", Text::title),
            changed("upper", Text::upper),
            asked("isalnum", s -> Text.all(s, c -> Character.isLetter(c) || Digits.isNumeric(c))),
            asked("isalpha", s -> Text.all(s, Character::isLetter)),
            asked("isascii", s -> s.chars().allMatch(c -> c < 0x80)),
            asked("isdecimal", s -> Text.all(s, Character::isDigit)),
            asked("isdigit", s -> Text.all(s, Digits::isDigit)),
            asked("isidentifier", Literals::isIdentifier),
            asked("islower", s -> Text.allCased(s, Character::isLowerCase)),
            asked("isnumeric", s -> Text.all(s, Digits::isNumeric)),
            asked("isprintable", s -> s.codePoints().allMatch(Printer::isPrintable)),
            asked("isspace", Text::isSpace),
            asked("istitle", Text::isTitle),
            asked("isupper", s -> Text.allCased(s, Character::isUpperCase)),
            method("strip", "chars?", c -> Text.strip(c.string(), c.optionalText(0, "strip"), true, true)),
            method("lstrip", "chars?", c -> Text.strip(c.string(), c.optionalText(0, "lstrip"), true, false)),
            method("rstrip", "chars?", c -> Text.strip(c.string(), c.optionalText(0, "rstrip"), false, true)),
            method("center", "width fill?", c -> c.pad((missing, width) -> missing / 2 + (missing & width & 1))),
            method("ljust", "width fill?", c -> c.pad((missing, width) -> 0)),
            method("rjust", "width fill?", c -> c.pad((missing, width) -> missing)),
            method("zfill", "width", StringMethods::zeroFill),
            method("expandtabs", "tabsize?", StringMethods::expandTabs),
            method("replace", "old new count?", StringMethods::replace),
            method("removeprefix", "prefix", StringMethods::removePrefix),
            method("removesuffix", "suffix", StringMethods::removeSuffix),
            method("count", "sub start? end?", StringSearch::count),
            method("find", "sub start? end?", c -> StringSearch.find(c, false, false)),
            method("index", "sub start? end?", c -> StringSearch.find(c, false, true)),
            method("rfind", "sub start? end?", c -> StringSearch.find(c, true, false)),
            method("rindex", "sub start? end?", c -> StringSearch.find(c, true, true)),
            method("startswith", "prefix start? end?", c -> StringSearch.affix(c, true)),
            method("endswith", "suffix start? end?", c -> StringSearch.affix(c, false)),
            method("partition", "sep", c -> StringSearch.partition(c, false)),
            method("rpartition", "sep", c -> StringSearch.partition(c, true)),
            Map.entry("split", new Method(Signature.of("split", "sep? maxsplit?"), c -> split(c, true))),
            Map.entry("rsplit", new Method(Signature.of("rsplit", "sep? maxsplit?"), c -> split(c, false))),
            Map.entry("splitlines", new Method(Signature.of("splitlines", "keepends?"), StringMethods::splitLines)),
            method("join", "iterable", StringMethods::join));

    private StringMethods() {}

    /** A method: how its arguments bind and what it returns; strings and lists of strings become markup on markup. */
    private record Method(Signature signature, Function<StringCall, Object> body) {}

    private static Map.Entry<String, Method> method(String name, String parameters, Function<StringCall, Object> body) {
        return Map.entry(name, new Method(Signature.positional("str." + name, parameters), body));
    }

    private static Map.Entry<String, Method> changed(String name, Function<String, String> change) {
        return method(name, "", c -> {
            c.meter().length(c.self().length());
            return Traced.mapped(c.string(), change.apply(c.self()));
        });
    }

    private static Map.Entry<String, Method> asked(String name, Predicate<String> question) {
        return method(name, "", c -> question.test(c.self()));
    }

    /** The method of a string or markup, or null if it has none of that name. */
    static @Nullable Object bind(Object receiver, String name) {
        if (name.equals("format")) {
            return Builtin.method(name, (in, args) -> BraceFormat.format(in.meter(), receiver, args));
        }
        if (name.equals("format_map")) {
            return Builtin.method(name, (in, args) -> formatMap(in.meter(), receiver, args));
        }
        Method method = METHODS.get(name);
        if (method == null) {
            return null;
        }
        return Builtin.method(name, (in, args) -> {
            in.meter().touch(receiver);
            StringCall call = new StringCall(
                    in.meter(), receiver, List.of(method.signature().bind(args)));
            Object result = method.body().apply(call);
            if (Types.isString(result)) {
                in.meter().memory((long) Character.BYTES * Traced.text(result).length());
            }
            return receiver instanceof Markup ? marked(result) : result;
        });
    }

    private static Object formatMap(Meter meter, Object receiver, Args args) {
        Object mapping = Signature.positional("format_map", "mapping").bind(args)[0];
        return BraceFormat.formatMap(meter, receiver, mapping);
    }

    /** Strings, and those in lists and tuples, as markup. */
    private static Object marked(Object result) {
        return switch (result) {
            case String s -> new Markup(s);
            case Traced traced -> Markup.of(traced);
            case PyList list ->
                new PyList(list.items().stream().map(StringMethods::marked).toList());
            case PyTuple tuple ->
                PyTuple.of(tuple.items().stream().map(StringMethods::marked).toList());
            default -> result;
        };
    }

    private static Object removePrefix(StringCall call) {
        String prefix = call.text(0, "removeprefix");
        int from = call.self().startsWith(prefix) ? prefix.length() : 0;
        return Traced.slice(call.string(), from, call.self().length());
    }

    private static Object removeSuffix(StringCall call) {
        String suffix = call.text(0, "removesuffix");
        int cut = call.self().endsWith(suffix) ? suffix.length() : 0;
        return Traced.slice(call.string(), 0, call.self().length() - cut);
    }

    private static Object zeroFill(StringCall call) {
        String s = call.self();
        int sign = s.startsWith("-") || s.startsWith("+") ? 1 : 0;
        long missing = call.integer(0) - Text.length(s);
        if (missing <= 0) {
            return call.string();
        }
        return new TextBuilder(call.meter())
                .add(call.string(), 0, sign)
                .repeat("0", missing)
                .add(call.string(), sign, s.length())
                .value();
    }

    private static Object expandTabs(StringCall call) {
        long size = call.given(0) ? call.integer(0) : 8;
        String s = call.self();
        TextBuilder out = new TextBuilder(call.meter());
        long column = 0;
        int from = 0;
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == '\t') {
                long spaces = size > 0 ? size - column % size : 0;
                out.add(call.string(), from, i).repeat(" ", spaces);
                column += spaces;
                from = i + 1;
            } else {
                column = c == '\n' || c == '\r' ? 0 : column + (Character.isLowSurrogate(c) ? 0 : 1);
            }
        }
        return out.add(call.string(), from, s.length()).value();
    }

    private static Object replace(StringCall call) {
        String old = call.text(0, "replace");
        Object replacement = call.inserted(1, "replace");
        long limit = call.given(2) ? call.integer(2) : -1;
        return Text.replace(call.meter(), call.string(), old, replacement, limit);
    }

    private static Object split(StringCall call, boolean forward) {
        Meter meter = call.meter();
        String s = call.self();
        long limit = call.given(1) ? call.integer(1) : -1;
        String separator = call.optionalText(0, "split");
        if (separator == null) {
            return parts(call, forward ? Splits.splitSpace(meter, s, limit) : Splits.rsplitSpace(meter, s, limit));
        }
        if (separator.isEmpty()) {
            throw PyError.value("empty separator");
        }
        Text.chargeSearch(meter, s, separator);
        return parts(
                call, forward ? Splits.split(meter, s, separator, limit) : Splits.rsplit(meter, s, separator, limit));
    }

    private static Object splitLines(StringCall call) {
        boolean keepEnds = call.given(0) && Values.truth(call.argument(0));
        return parts(call, Splits.lines(call.meter(), call.self(), keepEnds));
    }

    private static PyList parts(StringCall call, List<Splits.Span> spans) {
        List<Object> parts = new ArrayList<>(spans.size());
        for (Splits.Span span : spans) {
            parts.add(Traced.slice(call.string(), span.from(), span.to()));
        }
        return new PyList(parts);
    }

    private static Object join(StringCall call) {
        if (Values.iteratorOrNull(call.meter(), call.argument(0)) == null) {
            throw PyError.type("can only join an iterable");
        }
        List<Object> items = Values.list(call.meter(), call.argument(0));
        TextBuilder out = new TextBuilder(call.meter());
        for (int i = 0; i < items.size(); i++) {
            Object item = items.get(i);
            if (!call.markup() && !Types.isString(item)) {
                throw PyError.type("sequence item " + i + ": expected str instance, " + Types.name(item) + " found");
            }
            if (i > 0) {
                out.add(call.string());
            }
            out.add(call.markup() ? Markup.escape(call.meter(), item) : item);
        }
        return out.value();
    }
}
