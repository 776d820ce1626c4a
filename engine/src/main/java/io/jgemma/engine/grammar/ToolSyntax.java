package io.jgemma.engine.grammar;

import io.jgemma.engine.grammar.json.Json;
import io.jgemma.engine.grammar.json.JsonSchemaCompiler;
import io.jgemma.engine.grammar.json.Notation;
import io.jgemma.engine.grammar.regex.PatternNode;
import io.jgemma.engine.grammar.regex.PatternParser;
import io.jgemma.engine.grammar.regex.Regex;
import io.jgemma.engine.grammar.regex.RegexStore;
import io.jgemma.engine.grammar.rule.GrammarBuilder;
import io.jgemma.engine.grammar.rule.Rule;
import io.jgemma.engine.grammar.spec.GrammarException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** How families of models write calls. */
enum ToolSyntax {
    /** {@code [get_weather(city='Paris', days=3), get_time()]}, as the whole answer. */
    GEMMA("[", ", ", "]") {
        @Override
        void arguments(Json schema, GrammarBuilder builder, Rule rule) {
            JsonSchemaCompiler.arguments(schema, Notation.python(builder.store()), builder, rule);
        }

        @Override
        void call(Call call, int from, int to, GrammarBuilder builder, Rule rule) {
            if (!IDENTIFIER.matcher(call.name()).matches()) {
                throw GrammarException.unsupported(
                        "",
                        "a call of '" + call.name() + "' cannot be written in Python, because that is no name there");
            }
            int open = builder.state(rule);
            builder.read(from, ascii(builder.store(), call.name()), open);
            builder.call(open, call.arguments(), to);
        }

        @Override
        PatternNode begin(List<String> names) {
            List<PatternNode> calls = names.stream()
                    .map(name -> FreeText.characters("[" + name + "("))
                    .toList();
            return new PatternNode.Sequence(List.of(new PatternNode.Start(), before(), new PatternNode.Choice(calls)));
        }

        @Override
        PatternNode before() {
            return PatternParser.parse("[ \\t\\n]*");
        }
    },

    /** {@code {"name": "get_weather", "parameters": {"city": "Paris"}}}, as the whole answer. */
    LLAMA3("", "; ", "") {
        @Override
        void arguments(Json schema, GrammarBuilder builder, Rule rule) {
            JsonSchemaCompiler.value(schema, Notation.spacedJson(builder.store()), builder, rule);
        }

        @Override
        void call(Call call, int from, int to, GrammarBuilder builder, Rule rule) {
            object(call, "parameters", new String[] {"", ""}, List.of(from, to), builder, rule);
        }

        @Override
        PatternNode begin(List<String> names) {
            List<PatternNode> calls = names.stream()
                    .map(name -> FreeText.characters("{\"name\": " + new Json.Str(name).compact()))
                    .toList();
            return new PatternNode.Sequence(List.of(new PatternNode.Start(), new PatternNode.Choice(calls)));
        }

        @Override
        PatternNode before() {
            return PatternNode.empty();
        }
    },

    /** {@code <tool_call>}, an object with {@code name} and {@code arguments}, {@code </tool_call>}, each at the beginning of a line. */
    QWEN("", "\n", "") {
        @Override
        void arguments(Json schema, GrammarBuilder builder, Rule rule) {
            JsonSchemaCompiler.value(schema, Notation.spacedJson(builder.store()), builder, rule);
        }

        @Override
        void call(Call call, int from, int to, GrammarBuilder builder, Rule rule) {
            object(call, "arguments", new String[] {"<tool_call>", "</tool_call>"}, List.of(from, to), builder, rule);
        }

        @Override
        PatternNode begin(List<String> names) {
            return new PatternNode.Sequence(
                    List.of(PatternParser.parse("(?:^|\\n)[ \\t]*"), FreeText.characters("<tool_call>")));
        }

        @Override
        PatternNode before() {
            return PatternParser.parse("(?:[^]*\\n)?[ \\t]*");
        }
    };

    private static final java.util.regex.Pattern IDENTIFIER =
            java.util.regex.Pattern.compile("[A-Za-z_][A-Za-z0-9_]*(?:\\.[A-Za-z_][A-Za-z0-9_]*)*");

    /**
     * A tool that may be called.
     *
     * @param arguments reads its arguments
     */
    record Call(String name, Rule arguments) {}

    private final String open;
    private final String between;
    private final String close;

    ToolSyntax(String open, String between, String close) {
        this.open = open;
        this.between = between;
        this.close = close;
    }

    /** The syntax that a parser of a name reads. */
    static ToolSyntax of(String family) {
        return switch (family) {
            case "gemma" -> GEMMA;
            case "llama3" -> LLAMA3;
            case "qwen" -> QWEN;
            default ->
                throw GrammarException.unsupported("", "calls in the syntax '" + family + "' cannot be asked for");
        };
    }

    /** Lets a rule read the arguments of a call. */
    abstract void arguments(Json schema, GrammarBuilder builder, Rule rule);

    /** Lets a rule read one call between two states. */
    abstract void call(Call call, int from, int to, GrammarBuilder builder, Rule rule);

    /** Where text ends to be text, because a call begins. */
    abstract PatternNode begin(List<String> names);

    /** What text may stand before a call. */
    abstract PatternNode before();

    /** Lets a rule read one call, or several. */
    void calls(List<Call> calls, boolean several, GrammarBuilder builder, Rule rule) {
        RegexStore store = builder.store();
        int begin = builder.state(rule);
        int end = builder.state(rule);
        builder.read(rule.start(), ascii(store, open), begin);
        for (Call call : calls) {
            call(call, begin, end, builder, rule);
        }
        if (several) {
            builder.read(end, ascii(store, between), begin);
        }
        builder.read(end, ascii(store, close), rule.end());
    }

    /** Lets a rule read text, and behind it calls or nothing. */
    void text(List<String> names, Rule calls, GrammarBuilder builder, Rule rule) {
        FreeText text = new FreeText(builder.store());
        Regex free = text.without(begin(names));
        builder.read(rule.start(), free, rule.end());
        int call = builder.state(rule);
        builder.read(rule.start(), builder.store().and(free, text.whole(before())), call);
        builder.call(call, calls, rule.end());
    }

    static Regex ascii(RegexStore store, String text) {
        return store.literal(text.getBytes(StandardCharsets.UTF_8));
    }

    /** An object with the tool's name and its arguments, between two tags on lines of their own, if they are not empty. */
    private static void object(
            Call call, String key, String[] tags, List<Integer> ends, GrammarBuilder builder, Rule rule) {
        RegexStore store = builder.store();
        FreeText text = new FreeText(store);
        List<Regex> before = new ArrayList<>();
        List<Regex> after = new ArrayList<>();
        if (!tags[0].isEmpty()) {
            before.add(text.mark(tags[0]));
            before.add(ascii(store, "\n"));
        }
        before.add(ascii(store, "{\"name\": " + new Json.Str(call.name()).compact() + ", \"" + key + "\": "));
        after.add(ascii(store, "}"));
        if (!tags[1].isEmpty()) {
            after.add(ascii(store, "\n"));
            after.add(text.mark(tags[1]));
        }
        int open = builder.state(rule);
        int close = builder.state(rule);
        builder.read(ends.get(0), store.concat(before), open);
        builder.call(open, call.arguments(), close);
        builder.read(close, store.concat(after), ends.get(1));
    }
}
