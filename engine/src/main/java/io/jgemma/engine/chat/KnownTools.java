package io.jgemma.engine.chat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tools that count, by name. */
final class KnownTools {
    private final Map<String, ToolDefinition> byName = new LinkedHashMap<>();

    /** Of tools with equal names the first counts. */
    KnownTools(List<ToolDefinition> tools) {
        for (ToolDefinition tool : tools) {
            byName.putIfAbsent(tool.name(), tool);
        }
    }

    boolean has(String name) {
        return byName.containsKey(name);
    }

    /** Whether the name of a tool begins so. */
    boolean mayBegin(String begin) {
        for (String name : byName.keySet()) {
            if (name.startsWith(begin)) {
                return true;
            }
        }
        return false;
    }

    /** The arguments by name, of values that stand without; empty if the tool does not allow that. */
    Optional<Map<String, Object>> bind(String name, List<Object> positional) {
        ToolDefinition tool = byName.get(name);
        List<String> parameters = tool == null ? List.of() : tool.parameterNames();
        if (tool == null || positional.size() > parameters.size()) {
            return Optional.empty();
        }
        Map<String, Object> bound = new LinkedHashMap<>();
        if (positional.size() == 1
                && positional.getFirst() instanceof Map<?, ?> map
                && !map.isEmpty()
                && parameters.containsAll(map.keySet())
                && !takesObject(tool, parameters.getFirst())) {
            map.forEach((key, value) -> JsonValues.put(bound, String.valueOf(key), value));
            return Optional.of(bound);
        }
        for (int i = 0; i < positional.size(); i++) {
            JsonValues.put(bound, parameters.get(i), positional.get(i));
        }
        return Optional.of(bound);
    }

    private static boolean takesObject(ToolDefinition tool, String parameter) {
        return tool.parameters().get("properties") instanceof Map<?, ?> properties
                && properties.get(parameter) instanceof Map<?, ?> schema
                && "object".equals(schema.get("type"));
    }
}
