package io.jgemma.engine.grammar.json;

import io.jgemma.engine.grammar.spec.GrammarException;
import java.util.Map;
import java.util.Optional;

/**
 * A schema at its place in the document. Two are equal if they are the same place.
 *
 * @param pointer the place, as a URI fragment
 * @param base URI that its references start from
 * @param value an object, or a truth value
 */
record SchemaNode(String pointer, String base, Json value) {

    @Override
    public boolean equals(Object other) {
        return other instanceof SchemaNode node && pointer.equals(node.pointer);
    }

    @Override
    public int hashCode() {
        return pointer.hashCode();
    }

    /** The keywords; none of a truth value. */
    Map<String, Json> keywords() {
        return value instanceof Json.Obj(Map<String, Json> entries) ? entries : Map.of();
    }

    Optional<Json> keyword(String name) {
        return Optional.ofNullable(keywords().get(name));
    }

    boolean has(String name) {
        return keywords().containsKey(name);
    }

    /** Whether everything satisfies it. */
    boolean isTrue() {
        return value instanceof Json.Bool(boolean truth) ? truth : keywords().isEmpty();
    }

    boolean isFalse() {
        return value instanceof Json.Bool(boolean truth) && !truth;
    }

    /** Where a keyword stands. */
    String at(String keyword) {
        return pointer + "/" + escape(keyword);
    }

    static String escape(String key) {
        return key.replace("~", "~0").replace("/", "~1");
    }

    GrammarException malformed(String keyword, String expected) {
        return GrammarException.malformed(at(keyword), "expected " + expected);
    }

    GrammarException unsupported(String keyword, String reason) {
        return GrammarException.unsupported(at(keyword), reason);
    }
}
