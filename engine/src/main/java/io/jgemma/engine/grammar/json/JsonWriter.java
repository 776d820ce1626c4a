package io.jgemma.engine.grammar.json;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** Writes values as JSON without white space. */
final class JsonWriter {
    private static final int MAX_PLAIN_ZEROS = 400;

    private JsonWriter() {}

    static void write(Json json, StringBuilder out) {
        switch (json) {
            case Json.Num(BigDecimal value) -> out.append(number(value));
            case Json.Str(String value) -> string(value, out);
            case Json.Bool(boolean value) -> out.append(value);
            case Json.Null() -> out.append("null");
            case Json.Arr(List<Json> items) -> {
                char before = '[';
                for (Json item : items) {
                    out.append(before);
                    write(item, out);
                    before = ',';
                }
                out.append(items.isEmpty() ? "[]" : "]");
            }
            case Json.Obj(Map<String, Json> entries) -> {
                char before = '{';
                for (Map.Entry<String, Json> entry : entries.entrySet()) {
                    out.append(before);
                    string(entry.getKey(), out);
                    out.append(':');
                    write(entry.getValue(), out);
                    before = ',';
                }
                out.append(entries.isEmpty() ? "{}" : "}");
            }
        }
    }

    static String number(BigDecimal value) {
        return Math.abs(value.scale()) > MAX_PLAIN_ZEROS ? value.toString() : value.toPlainString();
    }

    private static void string(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < 0x20) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
