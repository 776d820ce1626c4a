package io.jgemma.server.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The fields of an object in a request. A field that is missing or null counts as not given; a value of the wrong type is
 * refused with the field's name. Fields that nobody asks for are ignored.
 */
public final class Fields {
    private final JsonNode object;
    private final String path;

    private Fields(JsonNode object, String path) {
        this.object = object;
        this.path = path;
    }

    /**
     * The fields of a request's body.
     *
     * @throws ApiException with 400 when it is no object
     */
    public static Fields of(JsonNode body) {
        return of(body, "");
    }

    /**
     * The fields of an object at {@code path}.
     *
     * @throws ApiException with 400 when it is no object
     */
    public static Fields of(JsonNode node, String path) {
        if (!node.isObject()) {
            String what = path.isEmpty() ? "the body" : path;
            throw ApiException.invalid(path, what + " is " + typeOf(node) + "; expected an object");
        }
        return new Fields(node, path);
    }

    /** The object itself. */
    public JsonNode node() {
        return object;
    }

    /** Name of a field with the path to it. */
    public String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** Whether the field is there and not null. */
    public boolean has(String name) {
        return object.hasNonNull(name);
    }

    /** The field's value, if there is one. */
    public Optional<JsonNode> value(String name) {
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    /** A string. */
    public Optional<String> string(String name) {
        return value(name).map(value -> {
            if (!value.isTextual()) {
                throw wrongType(name, value, "a string");
            }
            return value.textValue();
        });
    }

    /** A string that must be there. */
    public String requireString(String name) {
        return string(name).orElseThrow(() -> missing(name));
    }

    /** The value that must be there. */
    public JsonNode require(String name) {
        return value(name).orElseThrow(() -> missing(name));
    }

    /** True or false. */
    public Optional<Boolean> bool(String name) {
        return value(name).map(value -> {
            if (!value.isBoolean()) {
                throw wrongType(name, value, "true or false");
            }
            return value.booleanValue();
        });
    }

    /** Whether the field is there and true. */
    public boolean isTrue(String name) {
        return bool(name).orElse(false);
    }

    /** A finite number. */
    public OptionalDouble number(String name) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return OptionalDouble.empty();
        }
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw wrongType(name, value, "a number");
        }
        return OptionalDouble.of(value.doubleValue());
    }

    /** An integer; 3.0 counts as one. */
    public OptionalLong integer(String name) {
        OptionalDouble number = number(name);
        if (number.isEmpty()) {
            return OptionalLong.empty();
        }
        JsonNode value = object.get(name);
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            return OptionalLong.of(value.longValue());
        }
        double real = number.getAsDouble();
        if (real != Math.rint(real) || Math.abs(real) > Long.MAX_VALUE / 2.0) {
            throw wrongType(name, value, "an integer");
        }
        return OptionalLong.of((long) real);
    }

    /**
     * An integer between bounds.
     *
     * @throws ApiException with 400 when it is outside
     */
    public OptionalInt integer(String name, int least, int most) {
        OptionalLong value = integer(name);
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        long number = value.getAsLong();
        if (number < least || number > most) {
            throw invalid(name, path(name) + " is " + number + "; expected " + least + " to " + most);
        }
        return OptionalInt.of((int) number);
    }

    /** The fields of an object. */
    public Optional<Fields> object(String name) {
        return value(name).map(value -> of(value, path(name)));
    }

    /** The items of an array; none when the field is not there. */
    public List<JsonNode> array(String name) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return List.of();
        }
        if (!value.isArray()) {
            throw wrongType(name, value, "an array");
        }
        List<JsonNode> items = new ArrayList<>(value.size());
        value.forEach(items::add);
        return items;
    }

    /** The objects in an array; none when the field is not there. */
    public List<Fields> objects(String name) {
        List<JsonNode> items = array(name);
        List<Fields> objects = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            objects.add(of(items.get(i), path(name) + "[" + i + "]"));
        }
        return objects;
    }

    /** The error for a value that cannot be taken. */
    public ApiException invalid(String name, String message) {
        return ApiException.invalid(path(name), message);
    }

    private ApiException missing(String name) {
        return invalid(name, path(name) + " is missing");
    }

    private ApiException wrongType(String name, @Nullable JsonNode value, String expected) {
        String got = value == null ? "missing" : typeOf(value);
        return invalid(name, path(name) + " is " + got + "; expected " + expected);
    }

    private static String typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> "an object";
            case ARRAY -> "an array";
            case STRING -> "a string";
            case NUMBER -> "the number " + shortened(value.asText());
            case BOOLEAN -> value.asText();
            case NULL -> "null";
            default -> value.getNodeType().name().toLowerCase(Locale.ROOT);
        };
    }

    private static String shortened(String text) {
        return text.length() > 40 ? text.substring(0, 40) + ".." : text;
    }
}
