package io.jgemma.engine.grammar;

import io.jgemma.engine.chat.ReasoningTags;
import io.jgemma.engine.grammar.gbnf.GbnfCompiler;
import io.jgemma.engine.grammar.json.JsonReader;
import io.jgemma.engine.grammar.json.JsonSchemaCompiler;
import io.jgemma.engine.grammar.parse.Automaton;
import io.jgemma.engine.grammar.parse.ParseSet;
import io.jgemma.engine.grammar.regex.PatternCompiler;
import io.jgemma.engine.grammar.regex.PatternException;
import io.jgemma.engine.grammar.regex.PatternParser;
import io.jgemma.engine.grammar.regex.Utf8Encoding;
import io.jgemma.engine.grammar.rule.GrammarBuilder;
import io.jgemma.engine.grammar.rule.Rule;
import io.jgemma.engine.grammar.spec.GrammarException;
import io.jgemma.engine.grammar.spec.Whitespace;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A language that an answer is kept in, compiled and ready. Knows no vocabulary: {@link Grammars} makes constraints of it.
 * Immutable to its users and safe for any number of threads; two grammars made of the same content are equal.
 *
 * <p>All factories throw {@link GrammarException} where the content is malformed or asks for something that cannot be kept
 * exactly, with the place and the reason; nothing is ever dropped.
 */
public final class Grammar {
    private static final int MAX_CHOICES = 100_000;
    private static final int MAX_SHOWN = 40;

    /** Writes rules. */
    @FunctionalInterface
    interface Source {
        /** Lets a rule read the language. */
        void write(GrammarBuilder builder, Rule rule);
    }

    private final List<String> content;
    private final Source source;
    private final boolean mustEnd;
    private final Automaton automaton;

    Grammar(List<String> content, Source source) {
        this(content, source, false);
    }

    private Grammar(List<String> content, Source source, boolean mustEnd) {
        this.content = List.copyOf(content);
        this.source = source;
        this.mustEnd = mustEnd;
        GrammarBuilder builder = new GrammarBuilder();
        Rule root = builder.rule("root");
        source.write(builder, root);
        automaton = new Automaton(builder.build(root));
    }

    /** JSON that a schema allows, without white space between its parts unless the schema's {@code x-jgemma-whitespace} asks. */
    public static Grammar ofJsonSchema(String schema) {
        return ofJsonSchema(schema, Whitespace.COMPACT);
    }

    /**
     * JSON that a schema allows.
     *
     * @param schema a JSON schema of draft 4, 6, 7, 2019-09 or 2020-12
     * @param whitespace between the parts, unless the schema's own {@code x-jgemma-whitespace} says otherwise
     */
    public static Grammar ofJsonSchema(String schema, Whitespace whitespace) {
        return new Grammar(
                List.of("json_schema", whitespace.name(), schema),
                (builder, rule) -> JsonSchemaCompiler.compile(schema, whitespace, builder, rule));
    }

    /** Any JSON object: what {@code json_object} asks for. */
    public static Grammar anyJsonObject() {
        return ofJsonSchema("{\"type\":\"object\"}");
    }

    /** A grammar in llama.cpp's notation; its rule {@code root} is the answer. */
    public static Grammar ofGbnf(String text) {
        return new Grammar(List.of("gbnf", text), (builder, rule) -> GbnfCompiler.compile(text, builder, rule));
    }

    /** Texts that a pattern as of ECMA-262 matches as a whole. */
    public static Grammar ofRegex(String pattern) {
        return new Grammar(List.of("regex", pattern), (builder, rule) -> {
            PatternCompiler compiler = new PatternCompiler(builder.store(), new Utf8Encoding());
            try {
                builder.read(rule.start(), compiler.whole(PatternParser.parse(pattern)), rule.end());
            } catch (PatternException e) {
                throw e.isMalformed()
                        ? GrammarException.malformed("", e.reason())
                        : GrammarException.unsupported("", e.reason());
            }
        });
    }

    /** One of these texts. */
    public static Grammar ofChoices(List<String> choices) {
        if (choices.isEmpty() || choices.size() > MAX_CHOICES) {
            throw GrammarException.malformed(
                    "", "there are " + choices.size() + " choices, expected 1 to " + MAX_CHOICES);
        }
        List<String> texts = List.copyOf(choices);
        List<String> content = new ArrayList<>(texts);
        content.addFirst("choices");
        return new Grammar(content, (builder, rule) -> {
            for (String text : texts) {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                builder.read(rule.start(), builder.store().literal(bytes), rule.end());
            }
        });
    }

    /** Tool calls in the syntax of a family of models. Calls that are forced end before the answer's tokens run out. */
    public static Grammar ofTools(ToolGrammar tools) {
        return new Grammar(tools.content(), tools::write, !(tools.choice() instanceof ToolGrammar.Choice.Auto));
    }

    /**
     * The same language behind a block of reasoning, which may hold anything.
     *
     * @param tags what stands around the block
     * @param inside whether the prompt already opened the block, so that the answer begins inside; else the block may lack
     */
    public Grammar behindReasoning(ReasoningTags tags, boolean inside) {
        List<String> longer = new ArrayList<>(content);
        longer.addFirst((inside ? "inside " : "behind ") + tags);
        return new Grammar(longer, new Reasoning(tags, inside, source), mustEnd);
    }

    /**
     * How much of a text can begin a text of the language.
     *
     * @return bytes of UTF-8 up to the first that cannot stand there; the text's length if all can
     */
    public int readable(byte[] text) {
        ParseSet at = automaton.initial();
        for (int i = 0; i < text.length; i++) {
            at = automaton.stepByte(at, text[i] & 0xFF);
            if (at == automaton.dead()) {
                return i;
            }
        }
        return text.length;
    }

    /**
     * What keeps a text from belonging to the language.
     *
     * @return where and what, for people; empty if it belongs
     */
    public Optional<String> refusal(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int end = readable(bytes);
        String before = tail(new String(bytes, 0, end, StandardCharsets.UTF_8));
        if (end < bytes.length) {
            String rest = new String(bytes, end, bytes.length - end, StandardCharsets.UTF_8);
            return Optional.of("at byte " + end + ", behind '" + before + "': '" + head(rest) + "' cannot stand here");
        }
        return accepts(text)
                ? Optional.empty()
                : Optional.of("at its end, behind '" + before + "': something is missing");
    }

    private static String tail(String text) {
        return text.length() <= MAX_SHOWN ? text : ".." + text.substring(text.length() - MAX_SHOWN);
    }

    private static String head(String text) {
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "..";
    }

    /**
     * JSON without white space between its parts and with numbers without exponents: the form in which grammars of schemas read
     * instances.
     *
     * @throws GrammarException if the text is no JSON
     */
    public static String compactJson(String json) {
        return JsonReader.read(json).compact();
    }

    /** Whether a text belongs to the language. */
    public boolean accepts(String text) {
        ParseSet at = automaton.initial();
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            at = automaton.stepByte(at, value & 0xFF);
        }
        return at.accepting();
    }

    /** Whether a text is to be completed before tokens run out. */
    boolean mustEnd() {
        return mustEnd;
    }

    Automaton automaton() {
        return automaton;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Grammar grammar && content.equals(grammar.content);
    }

    @Override
    public int hashCode() {
        return content.hashCode();
    }

    @Override
    public String toString() {
        return content.getFirst();
    }
}
