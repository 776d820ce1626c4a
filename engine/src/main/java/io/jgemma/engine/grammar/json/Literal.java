package io.jgemma.engine.grammar.json;

/**
 * That a schema is satisfied, or that it is not.
 *
 * @param node the schema
 * @param positive whether it is
 */
record Literal(SchemaNode node, boolean positive) {

    static Literal of(SchemaNode node) {
        return new Literal(node, true);
    }

    Literal negated() {
        return new Literal(node, !positive);
    }

    /** Whether everything satisfies it. */
    boolean isTrivial() {
        return positive ? node.isTrue() : node.isFalse();
    }

    /** Whether nothing does. */
    boolean isImpossible() {
        return positive ? node.isFalse() : node.isTrue();
    }
}
