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
            method("strip", "chars?", c -> Text.strip(c.self(), c.optionalText(0, "strip"), true, true)),
            method("lstrip", "chars?", c -> Text.strip(c.self(), c.optionalText(0, "lstrip"), true, false)),
            method("rstrip", "chars?", c -> Text.strip(c.self(), c.optionalText(0, "rstrip"), false, true)),
            method("center", "width fill?", c -> c.pad((missing, width) -> missing / 2 + (missing & width & 1))),
            method("ljust", "width fill?", c -> c.pad((missing, width) -> 0)),
            method("rjust", "width fill?", c -> c.pad((missing, width) -> missing)),
            method("zfill", "width", StringMethods::zeroFill),
            method("expandtabs", "tabsize?", StringMethods::expandTabs),
            method("replace", "old new count?", StringMethods::replace),
            method(
                    "removeprefix",
                    "prefix",
                    c -> c.self().startsWith(c.text(0, "removeprefix"))
                            ? c.self().substring(c.text(0, "removeprefix").length())
                            : c.self()),
            method(
                    "removesuffix",
                    "suffix",
                    c -> c.self().endsWith(c.text(0, "removesuffix"))
                            ? c.self()
                                    .substring(
                                            0,
                                            c.self().length()
                                                    - c.text(0, "removesuffix").length())
                            : c.self()),
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
        return method(name, "", c -> change.apply(c.self()));
    }

    private static Map.Entry<String, Method> asked(String name, Predicate<String> question) {
        return method(name, "", c -> question.test(c.self()));
    }

    /** The method of a string or markup, or null if it has none of that name. */
    static @Nullable Object bind(Object receiver, String name) {
        boolean markup = receiver instanceof Markup;
        String self = markup ? ((Markup) receiver).text() : (String) receiver;
        if (name.equals("format")) {
            return Builtin.method(name, (in, args) -> wrap(markup, BraceFormat.format(in.meter(), self, args, markup)));
        }
        if (name.equals("format_map")) {
            return Builtin.method(name, (in, args) -> formatMap(in.meter(), self, args, markup));
        }
        Method method = METHODS.get(name);
        if (method == null) {
            return null;
        }
        return Builtin.method(name, (in, args) -> {
            in.meter().work(self.length());
            StringCall call = new StringCall(
                    in.meter(), self, markup, List.of(method.signature().bind(args)));
            return wrap(markup, method.body().apply(call));
        });
    }

    private static Object formatMap(Meter meter, String self, Args args, boolean markup) {
        Object mapping = Signature.positional("format_map", "mapping").bind(args)[0];
        return wrap(markup, BraceFormat.formatMap(meter, self, mapping, markup));
    }

    private static Object wrap(boolean markup, Object result) {
        if (!markup) {
            return result;
        }
        return switch (result) {
            case String s -> new Markup(s);
            case PyList list ->
                new PyList(list.items().stream().map(item -> wrap(true, item)).toList());
            case PyTuple tuple ->
                PyTuple.of(tuple.items().stream().map(item -> wrap(true, item)).toList());
            default -> result;
        };
    }

    private static Object zeroFill(StringCall call) {
        String s = call.self();
        int sign = s.startsWith("-") || s.startsWith("+") ? 1 : 0;
        long missing = call.integer(0) - Text.length(s);
        if (missing <= 0) {
            return s;
        }
        call.meter().length(s.length() + missing);
        return s.substring(0, sign) + "0".repeat((int) missing) + s.substring(sign);
    }

    private static Object expandTabs(StringCall call) {
        long size = call.given(0) ? call.integer(0) : 8;
        StringBuilder out = new StringBuilder();
        long column = 0;
        for (int i = 0; i < call.self().length(); i++) {
            char c = call.self().charAt(i);
            if (c == '\t' && size > 0) {
                long spaces = size - column % size;
                call.meter().length(out.length() + spaces);
                out.repeat(' ', (int) spaces);
                column += spaces;
            } else if (c != '\t') {
                out.append(c);
                column = c == '\n' || c == '\r' ? 0 : column + (Character.isLowSurrogate(c) ? 0 : 1);
            }
        }
        return out.toString();
    }

    private static Object replace(StringCall call) {
        String old = call.text(0, "replace");
        String replacement = call.inserted(1, "replace");
        long limit = call.given(2) ? call.integer(2) : -1;
        return Text.replace(call.meter(), call.self(), old, replacement, limit);
    }

    private static Object split(StringCall call, boolean forward) {
        long limit = call.given(1) ? call.integer(1) : -1;
        String separator = call.optionalText(0, "split");
        if (separator == null) {
            return texts(forward ? Text.splitSpace(call.self(), limit) : Text.rsplitSpace(call.self(), limit));
        }
        if (separator.isEmpty()) {
            throw PyError.value("empty separator");
        }
        return texts(forward ? Text.split(call.self(), separator, limit) : Text.rsplit(call.self(), separator, limit));
    }

    private static Object splitLines(StringCall call) {
        return texts(Text.splitLines(call.self(), call.given(0) && Values.truth(call.argument(0))));
    }

    private static PyList texts(List<String> texts) {
        return new PyList(new ArrayList<>(texts));
    }

    private static Object join(StringCall call) {
        if (Values.iteratorOrNull(call.meter(), call.argument(0)) == null) {
            throw PyError.type("can only join an iterable");
        }
        List<Object> items = Values.list(call.meter(), call.argument(0));
        List<String> texts = new ArrayList<>(items.size());
        boolean escape = call.markup();
        for (int i = 0; i < items.size(); i++) {
            Object item = items.get(i);
            if (!escape && !Types.isString(item)) {
                throw PyError.type("sequence item " + i + ": expected str instance, " + Types.name(item) + " found");
            }
            texts.add(escape ? Markup.escape(call.meter(), item).text() : Printer.str(call.meter(), item));
        }
        return joined(call.meter(), call.self(), texts);
    }

    /** The texts with a separator between them. */
    static String joined(Meter meter, String separator, List<String> texts) {
        long length = 0;
        for (String text : texts) {
            length += text.length() + (long) separator.length();
            meter.length(length / 2);
        }
        return String.join(separator, texts);
    }
}
