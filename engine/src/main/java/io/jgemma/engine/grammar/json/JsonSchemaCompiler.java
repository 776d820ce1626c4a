package io.jgemma.engine.grammar.json;

import io.jgemma.engine.grammar.rule.GrammarBuilder;
import io.jgemma.engine.grammar.rule.Rule;
import io.jgemma.engine.grammar.spec.GrammarException;
import io.jgemma.engine.grammar.spec.Whitespace;
import java.util.List;
import java.util.Map;

/**
 * Makes grammars of JSON schemas, of draft 2020-12 and of what earlier drafts wrote differently. A schema's keys come in its
 * order, those that it does not name behind. A number with bounds is written without an exponent, a string with a pattern or a
 * length without needless escapes. Whatever the grammar accepts satisfies the schema; what cannot be kept is refused.
 */
public final class JsonSchemaCompiler {
    private static final String WHITESPACE = "x-jgemma-whitespace";

    private JsonSchemaCompiler() {}

    /**
     * Lets a rule read JSON that satisfies a schema.
     *
     * @param schema its text
     * @param whitespace between the parts, unless the schema says otherwise
     * @throws GrammarException if it is no schema, or asks for more than can be kept
     */
    public static void compile(String schema, Whitespace whitespace, GrammarBuilder builder, Rule rule) {
        Json root = JsonReader.read(schema);
        value(root, Notation.json(builder.store(), whitespace(root, whitespace)), builder, rule);
    }

    /** Lets a rule read a value that satisfies a schema. */
    public static void value(Json schema, Notation notation, GrammarBuilder builder, Rule rule) {
        SchemaEmitter emitter = emitter(schema, notation, builder);
        emitter.read(rule.start(), builder.store().epsilon(), root(emitter), rule.end(), rule);
        emitter.finish();
    }

    /**
     * Lets a rule read the entries of an object that satisfies a schema as named arguments in parentheses, values in the
     * notation.
     */
    public static void arguments(Json schema, Notation notation, GrammarBuilder builder, Rule rule) {
        SchemaEmitter emitter = emitter(schema, notation, builder);
        emitter.arguments(root(emitter), rule);
        emitter.finish();
    }

    private static SchemaEmitter emitter(Json schema, Notation notation, GrammarBuilder builder) {
        return new SchemaEmitter(builder, notation, new Keywords(new SchemaIndex(schema)));
    }

    private static SchemaEmitter.Values root(SchemaEmitter emitter) {
        return emitter.values(List.of(Literal.of(emitter.keywords().index().root())));
    }

    private static Whitespace whitespace(Json root, Whitespace otherwise) {
        if (!(root instanceof Json.Obj(Map<String, Json> entries)) || !entries.containsKey(WHITESPACE)) {
            return otherwise;
        }
        return switch (entries.get(WHITESPACE)) {
            case Json.Str(String name) when name.equals("compact") -> Whitespace.COMPACT;
            case Json.Str(String name) when name.equals("free") -> Whitespace.FREE;
            default -> throw GrammarException.malformed("#/" + WHITESPACE, "expected \"compact\" or \"free\"");
        };
    }
}
