package io.jgemma.engine.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A tool that a model may call.
 *
 * @param name what calls name it; letters are compared exactly
 * @param description what it does, for the model; may be empty
 * @param parameters JSON schema of the arguments, normally {@code {"type": "object", "properties": {..}}}; may be empty;
 *     kept as a deep, unmodifiable copy in the given order, with values as in {@link ToolCall#arguments}
 */
public record ToolDefinition(String name, String description, Map<String, Object> parameters) {

    /**
     * Copies the schema.
     *
     * @throws IllegalArgumentException when the name is blank or the schema is not made of JSON values
     */
    public ToolDefinition {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a tool needs a name; its description is '" + description + "'");
        }
        parameters = JsonValues.copy("the parameters of " + name, parameters);
    }

    /** Names of the parameters in the schema's order; empty if the schema names none. */
    public List<String> parameterNames() {
        List<String> names = new ArrayList<>();
        if (parameters.get("properties") instanceof Map<?, ?> properties) {
            properties.keySet().forEach(key -> names.add(String.valueOf(key)));
        }
        return names;
    }
}
