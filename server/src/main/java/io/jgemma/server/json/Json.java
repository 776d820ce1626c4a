package io.jgemma.server.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads and writes JSON within bounds: requests come from strangers. */
public final class Json {
    /** Deepest nesting of a request. */
    public static final int MAX_DEPTH = 100;

    private static final int MAX_NAME_CHARS = 10_000;
    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNameLength(MAX_NAME_CHARS)
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    /** A new, empty object. */
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** A new, empty array. */
    public static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    /**
     * Reads a document.
     *
     * @throws ApiException with 400 when it is no JSON or beyond the bounds
     */
    public static JsonNode read(byte[] bytes) {
        try {
            JsonNode node = MAPPER.readTree(bytes);
            if (node == null || node.isMissingNode()) {
                throw new ApiException(
                        ApiException.Kind.INVALID_REQUEST, "the body is empty; a JSON object was expected");
            }
            return node;
        } catch (StreamConstraintsException e) {
            throw new ApiException(
                    ApiException.Kind.INVALID_REQUEST,
                    "the JSON is nested more than " + MAX_DEPTH + " deep, or a name or number in it is too long",
                    e);
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw new ApiException(
                    ApiException.Kind.INVALID_REQUEST,
                    "the body is not JSON" + where + ": " + firstLine(e.getOriginalMessage()),
                    e);
        } catch (IOException e) {
            throw new ApiException(ApiException.Kind.INVALID_REQUEST, "the body is not JSON in UTF-8", e);
        }
    }

    private static String firstLine(@Nullable String message) {
        String text = message == null ? "" : message.lines().findFirst().orElse("");
        return text.length() > 200 ? text.substring(0, 200) : text;
    }

    /** JSON text that a field holds as a string, or null when it is none or beyond the bounds. */
    public static @Nullable JsonNode readOrNull(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException e) {
            return null;
        }
    }

    /** UTF-8 on one line. */
    public static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Text on one line. */
    public static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A node of values as the engine takes them: strings, booleans, numbers, lists, maps. */
    public static JsonNode node(Object value) {
        return MAPPER.valueToTree(value);
    }

    /** A map as the engine takes it, in the object's order. */
    public static Map<String, Object> map(JsonNode object) {
        Map<String, Object> map = new LinkedHashMap<>();
        object.properties().forEach(entry -> put(map, entry.getKey(), value(entry.getValue())));
        return map;
    }

    private static @Nullable Object value(JsonNode node) {
        return switch (node.getNodeType()) {
            case STRING -> node.textValue();
            case BOOLEAN -> node.booleanValue();
            case NUMBER -> node.isIntegralNumber() ? integer(node) : (Object) node.doubleValue();
            case OBJECT -> map(node);
            case ARRAY -> list(node);
            default -> null;
        };
    }

    private static Object integer(JsonNode node) {
        return node.canConvertToLong() ? (Object) node.longValue() : node.bigIntegerValue();
    }

    private static List<Object> list(JsonNode array) {
        List<Object> list = new ArrayList<>(array.size());
        array.forEach(item -> add(list, value(item)));
        return list;
    }

    /** A value of JSON may be null, which the annotations of {@code Map<String, Object>} do not say. */
    @SuppressWarnings("NullAway")
    private static void put(Map<String, Object> map, String key, @Nullable Object value) {
        map.put(key, value);
    }

    @SuppressWarnings("NullAway")
    private static void add(List<Object> list, @Nullable Object value) {
        list.add(value);
    }
}
