package io.jgemma.engine.grammar.json;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** A JSON value. Two values are equal as JSON schemas compare them: numbers by value, objects in any order of keys. */
public sealed interface Json {

    /** A number, without zeros at its end. */
    record Num(BigDecimal value) implements Json {
        public Num {
            value = value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
        }

        boolean isInteger() {
            return value.scale() <= 0;
        }
    }

    /** A string. */
    record Str(String value) implements Json {}

    /** A truth value. */
    record Bool(boolean value) implements Json {}

    /** Null. */
    record Null() implements Json {}

    /** An array. */
    record Arr(List<Json> items) implements Json {
        public Arr {
            items = List.copyOf(items);
        }
    }

    /** An object; the map keeps the order of the text. */
    record Obj(Map<String, Json> entries) implements Json {}

    /** What kind of value it is, in the words of JSON schemas. */
    default String type() {
        return switch (this) {
            case Num(BigDecimal value) -> "number";
            case Str(String value) -> "string";
            case Bool(boolean value) -> "boolean";
            case Null() -> "null";
            case Arr(List<Json> items) -> "array";
            case Obj(Map<String, Json> entries) -> "object";
        };
    }

    /** The value as text without white space; numbers without exponents where that is not long. */
    default String compact() {
        StringBuilder text = new StringBuilder();
        JsonWriter.write(this, text);
        return text.toString();
    }
}
