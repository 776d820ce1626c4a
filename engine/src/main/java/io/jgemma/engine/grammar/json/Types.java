package io.jgemma.engine.grammar.json;

/** Sets of the kinds of JSON values, as bits. */
final class Types {
    static final int NULL = 1;
    static final int BOOLEAN = 2;
    static final int NUMBER = 4;
    static final int STRING = 8;
    static final int ARRAY = 16;
    static final int OBJECT = 32;
    static final int ALL = 63;

    private Types() {}

    /** The bit of a type's name; 0 if there is none. {@code integer} counts as a number. */
    static int of(String name) {
        return switch (name) {
            case "null" -> NULL;
            case "boolean" -> BOOLEAN;
            case "number", "integer" -> NUMBER;
            case "string" -> STRING;
            case "array" -> ARRAY;
            case "object" -> OBJECT;
            default -> 0;
        };
    }
}
