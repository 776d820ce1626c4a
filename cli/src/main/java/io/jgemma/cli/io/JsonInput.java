package io.jgemma.cli.io;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** Reads JSON that people and programs wrote. */
public final class JsonInput {
    private JsonInput() {}

    /**
     * The value in a text.
     *
     * @param name what holds the text, for errors, e.g. {@code "'tools.json'"}
     * @throws CommandException when it is not JSON or nested too deep; the message says where
     */
    public static JsonNode read(String name, String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (StreamConstraintsException e) {
            throw new CommandException(name + " is nested too deep or holds too long a value: " + line(e), e);
        } catch (JsonProcessingException e) {
            throw new CommandException(name + " is not JSON: " + line(e), e);
        }
    }

    /**
     * The members of an object in a text; those that are null are left out.
     *
     * @param name what holds the text, for errors
     * @throws CommandException as {@link #read}, or when it is another value
     */
    public static Map<String, Object> object(String name, String text) {
        if (!(read(name, text) instanceof ObjectNode object)) {
            throw new CommandException(name + " is not a JSON object, e.g. {\"enable_thinking\": false}");
        }
        object.removeNulls();
        return new ObjectMapper().convertValue(object, new TypeReference<>() {});
    }

    /** What is wrong with a JSON text, and where if that is known. */
    public static String line(JsonProcessingException e) {
        JsonLocation location = e.getLocation();
        return e.getOriginalMessage() + (location == null ? "" : " (line " + location.getLineNr() + ")");
    }
}
