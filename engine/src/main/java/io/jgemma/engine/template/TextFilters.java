package io.jgemma.engine.template;

import io.jgemma.engine.template.Filters.Filter;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Filters that make texts. */
final class TextFilters {
    private static final Pattern WORD_START = Pattern.compile("[-\\s({\\[<]+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final int TRUNCATE_LEEWAY = 5;

    /** A character's UTF-8 as it is quoted. */
    private static final int URL_BYTES = 4;

    private TextFilters() {}

    static void addTo(Map<String, Filter> filters) {
        filters.put("upper", changed("upper", Text::upper));
        filters.put("lower", changed("lower", Text::lower));
        filters.put("capitalize", changed("capitalize", Text::capitalize));
        filters.put("title", Filters.bound("title", "s", TextFilters::titled));
        filters.put("trim", Filters.bound("trim", "value chars?", TextFilters::trim));
        filters.put("center", Filters.bound("center", "value width?", TextFilters::center));
        filters.put("replace", Filters.bound("replace", "s old new count?", TextFilters::replace));
        filters.put("string", Filters.bound("string", "object", (in, a) -> soft(in.meter(), a[0])));
        filters.put("safe", Filters.bound("safe", "value", TextFilters::safe));
        Filter escape = Filters.bound("escape", "s", (in, a) -> Markup.escape(in.meter(), a[0]));
        filters.put("escape", escape);
        filters.put("e", escape);
        filters.put("forceescape", Filters.bound("forceescape", "value", TextFilters::forceEscape));
        filters.put("format", TextFilters::format);
        filters.put("indent", Filters.bound("indent", "s width? first? blank?", TextFilters::indent));
        filters.put("truncate", Filters.bound("truncate", "s length? killwords? end? leeway?", TextFilters::truncate));
        filters.put("wordcount", Filters.bound("wordcount", "s", TextFilters::wordCount));
        filters.put("urlencode", Filters.bound("urlencode", "value", TextFilters::urlEncode));
        filters.put("xmlattr", Filters.bound("xmlattr", "d autospace?", TextFilters::xmlAttributes));
        filters.put("pprint", Filters.bound("pprint", "value", (in, a) -> PrettyPrinter.print(in.meter(), a[0])));
        filters.put(
                "tojson",
                Filters.bound("tojson", "x ensure_ascii? indent? separators? sort_keys?", TextFilters::toJson));
    }

    /** The value as a string; markup stays markup. */
    private static Object soft(Meter meter, Object value) {
        return value instanceof Markup ? value : Printer.text(meter, value);
    }

    private static Object like(Object model, Object string) {
        return model instanceof Markup ? Markup.of(string) : string;
    }

    private static Filter changed(String name, Function<String, String> change) {
        return Filters.bound(name, "s", (in, a) -> {
            Object string = soft(in.meter(), a[0]);
            String text = Traced.text(string);
            in.meter().length(text.length());
            return Traced.mapped(string, change.apply(text));
        });
    }

    private static Object titled(Interpreter in, Object[] a) {
        String text = Printer.str(in.meter(), a[0]);
        in.meter().length(text.length());
        return Traced.mapped(Printer.text(in.meter(), a[0]), title(text));
    }

    /** Words begin behind white space, hyphens and opening brackets. */
    private static String title(String s) {
        StringBuilder out = new StringBuilder(s.length());
        Matcher matcher = WORD_START.matcher(s);
        int from = 0;
        while (matcher.find()) {
            word(s.substring(from, matcher.start()), out);
            out.append(matcher.group());
            from = matcher.end();
        }
        word(s.substring(from), out);
        return out.toString();
    }

    private static void word(String word, StringBuilder out) {
        if (!word.isEmpty()) {
            int first = Character.charCount(word.codePointAt(0));
            out.append(Text.upper(word.substring(0, first))).append(Text.lower(word.substring(first)));
        }
    }

    private static Object trim(Interpreter in, Object[] a) {
        StringCall call = new StringCall(in.meter(), soft(in.meter(), a[0]), List.of(a));
        in.meter().length(call.self().length());
        return Text.strip(call.string(), call.optionalText(1, "strip"), true, true);
    }

    private static Object center(Interpreter in, Object[] a) {
        Object string = soft(in.meter(), a[0]);
        long width = Helpers.index(Filters.or(a[1], 80L));
        long missing = Math.max(width - Text.length(Traced.text(string)), 0);
        return like(a[0], Text.pad(in.meter(), string, width, missing / 2 + (missing & width & 1), " "));
    }

    private static Object replace(Interpreter in, Object[] a) {
        Meter meter = in.meter();
        Object count = Filters.or(a[3], Special.NONE);
        Object string = Printer.text(meter, a[0]);
        long limit = count == Special.NONE ? -1 : Helpers.index(count);
        return Text.replace(meter, string, Printer.str(meter, a[1]), Printer.text(meter, a[2]), limit);
    }

    private static Object safe(Interpreter in, Object[] a) {
        return Markup.of(Printer.text(in.meter(), a[0]));
    }

    private static Object forceEscape(Interpreter in, Object[] a) {
        return Markup.escape(in.meter(), Printer.text(in.meter(), a[0]));
    }

    private static Object format(Interpreter in, Object value, Args args) {
        if (!args.positional().isEmpty() && !args.named().isEmpty()) {
            throw Filters.argumentError("can't handle positional and keyword arguments at the same time");
        }
        Object argument;
        if (args.named().isEmpty()) {
            argument = PyTuple.of(args.positional());
        } else {
            PyDict dict = new PyDict();
            args.named().forEach(dict::put);
            argument = dict;
        }
        return PercentFormat.format(in.meter(), soft(in.meter(), value), argument);
    }

    private static Object indent(Interpreter in, Object[] a) {
        Meter meter = in.meter();
        Object width = Filters.or(a[1], 4L);
        String indention =
                Types.isString(width) ? Printer.str(meter, width) : (String) Arithmetic.binary(meter, "*", " ", width);
        if (a[0] instanceof PyList) {
            throw PyError.type("'list' object has no attribute 'splitlines'");
        }
        if (!Members.isIndexable(a[0]) && !(a[0] instanceof Undefined)) {
            throw PyError.type("unsupported operand type(s) for +=: '" + Types.name(a[0]) + "' and 'str'");
        }
        Object withEnd = Arithmetic.binary(meter, "+", a[0], "\n");
        List<Splits.Span> lines = Splits.lines(meter, Printer.str(meter, withEnd), false);
        boolean blank = Filters.flag(a[3]);
        TextBuilder out = new TextBuilder(meter).plain(Filters.flag(a[2]) ? indention : "");
        for (int i = 0; i < lines.size(); i++) {
            Splits.Span line = lines.get(i);
            if (i > 0) {
                out.plain(blank || line.from() < line.to() ? "\n" + indention : "\n");
            }
            out.add(withEnd, line.from(), line.to());
        }
        return like(a[0], out.value());
    }

    private static Object truncate(Interpreter in, Object[] a) {
        Meter meter = in.meter();
        if (a[0] instanceof Undefined) {
            return a[0];
        }
        long length = Helpers.index(Filters.or(a[1], 255L));
        String end = Printer.str(meter, Filters.or(a[3], "..."));
        Object leewayArgument = Filters.or(a[4], Special.NONE);
        long leeway = leewayArgument == Special.NONE ? TRUNCATE_LEEWAY : Helpers.index(leewayArgument);
        int endLength = Text.length(end);
        if (length < endLength) {
            throw PyError.runtime("expected length >= " + endLength + ", got " + length);
        }
        if (leeway < 0) {
            throw PyError.runtime("expected leeway >= 0, got " + leeway);
        }
        if (Values.length(meter, a[0]) <= length + leeway) {
            return a[0];
        }
        Object cut = Slices.slice(meter, a[0], Special.NONE, length - endLength, Special.NONE);
        if (!Types.isString(cut)) {
            throw PyError.type("'" + Types.name(cut) + "' cannot be truncated");
        }
        String text = Printer.str(meter, cut);
        int space = Filters.flag(a[2]) ? -1 : text.lastIndexOf(' ');
        Object kept = space < 0 ? cut : Traced.slice(cut, 0, space);
        return Arithmetic.binary(meter, "+", kept, end);
    }

    private static Object wordCount(Interpreter in, Object[] a) {
        String s = Printer.str(in.meter(), a[0]);
        in.meter().work(s.length());
        long words = 0;
        boolean inWord = false;
        for (int i = 0; i < s.length(); i += Character.charCount(s.codePointAt(i))) {
            int c = s.codePointAt(i);
            boolean part = c == '_' || Character.isLetter(c) || Digits.isNumeric(c);
            words += part && !inWord ? 1 : 0;
            inWord = part;
        }
        return words;
    }

    private static Object urlEncode(Interpreter in, Object[] a) {
        Meter meter = in.meter();
        if (Types.isString(a[0]) || Values.iteratorOrNull(meter, a[0]) == null) {
            return quoteUrl(meter, a[0], false);
        }
        Object pairs = a[0] instanceof PyDict dict ? new PyView(PyView.Part.ITEMS, dict) : a[0];
        TextBuilder out = new TextBuilder(meter);
        for (Object pair : Values.list(meter, pairs)) {
            List<Object> items = Values.unpack(meter, pair, 2);
            out.plain(out.length() == 0 ? "" : "&")
                    .plain(quoteUrl(meter, items.get(0), true))
                    .plain("=")
                    .plain(quoteUrl(meter, items.get(1), true));
        }
        return out.value();
    }

    private static String quoteUrl(Meter meter, Object value, boolean query) {
        StringBuilder out = new StringBuilder();
        String text = Printer.str(meter, value);
        meter.memory((long) URL_BYTES * text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            meter.limit(out.length());
            char c = (char) (b & 0xff);
            boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || "_.-~".indexOf(c) >= 0);
            if (plain || (c == '/' && !query)) {
                out.append(c);
            } else if (c == ' ' && query) {
                out.append('+');
            } else {
                out.append('%').append(HexFormat.of().withUpperCase().toHexDigits((byte) c));
            }
        }
        meter.length(out.length());
        return out.toString();
    }

    private static Object xmlAttributes(Interpreter in, Object[] a) {
        Meter meter = in.meter();
        PyDict dict = Filters.mapping(a[0]);
        meter.work(dict.size());
        TextBuilder out = new TextBuilder(meter);
        for (PyDict.Entry entry : dict.entries()) {
            if (entry.value() == Special.NONE || entry.value() instanceof Undefined) {
                continue;
            }
            if (!Types.isString(entry.key())) {
                throw PyError.type("expected string or bytes-like object, got '" + Types.name(entry.key()) + "'");
            }
            String key = Printer.str(meter, entry.key());
            if (key.chars().anyMatch(c -> "/>= \t\n\r\f\u000b".indexOf(c) >= 0)) {
                throw PyError.value("Invalid character in attribute name: " + Printer.quote(key));
            }
            boolean space = out.length() > 0 || a[1] == Special.MISSING || Values.truth(a[1]);
            out.plain(space ? " " : "")
                    .plain(Markup.escape(meter, entry.key()).text())
                    .plain("=\"")
                    .plain(Markup.escape(meter, entry.value()).text())
                    .plain("\"");
        }
        return out.value();
    }

    private static Object toJson(Interpreter in, Object[] a) {
        Meter meter = in.meter();
        Object indent = Filters.or(a[2], Special.NONE);
        String indention = null;
        if (Types.isString(indent)) {
            indention = Printer.str(meter, indent);
        } else if (Types.isInteger(indent)) {
            indention = (String) Arithmetic.binary(meter, "*", " ", indent);
        } else if (indent != Special.NONE) {
            throw PyError.type("can't multiply sequence by non-int of type '" + Types.name(indent) + "'");
        }
        String itemSeparator = indention == null ? ", " : ",";
        String keySeparator = ": ";
        Object separators = Filters.or(a[3], Special.NONE);
        if (separators != Special.NONE) {
            List<Object> pair = Values.list(meter, separators);
            if (pair.size() != 2 || !Types.isString(pair.get(0)) || !Types.isString(pair.get(1))) {
                throw PyError.value("tojson needs two separators");
            }
            itemSeparator = Printer.str(meter, pair.get(0));
            keySeparator = Printer.str(meter, pair.get(1));
        }
        return JsonWriter.write(
                meter,
                a[0],
                new JsonWriter.Options(Filters.flag(a[1]), indention, itemSeparator, keySeparator, Filters.flag(a[4])));
    }
}
