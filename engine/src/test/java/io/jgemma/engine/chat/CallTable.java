package io.jgemma.engine.chat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Outputs of models and what they mean, from a file of the test resources. */
record CallTable(List<ToolDefinition> tools, List<Case> cases) {
    private static final ObjectMapper JSON = new ObjectMapper();

    record Case(String name, String output, List<AnswerEvent> events) {
        @Override
        public String toString() {
            return name;
        }
    }

    static CallTable load(String parser) {
        try (InputStream in = CallTable.class.getResourceAsStream("/chat/" + parser + ".json")) {
            JsonNode root = JSON.readTree(Objects.requireNonNull(in, parser));
            List<ToolDefinition> tools = new ArrayList<>();
            for (JsonNode tool : root.get("tools")) {
                JsonNode function = tool.get("function");
                tools.add(new ToolDefinition(
                        function.get("name").textValue(),
                        function.get("description").textValue(),
                        map(function.get("parameters"))));
            }
            List<Case> cases = new ArrayList<>();
            for (JsonNode row : root.get("cases")) {
                cases.add(
                        new Case(row.get("name").textValue(), row.get("output").textValue(), events(row)));
            }
            return new CallTable(List.copyOf(tools), List.copyOf(cases));
        } catch (IOException e) {
            throw new AssertionError("the table of " + parser + " cannot be read", e);
        }
    }

    private static List<AnswerEvent> events(JsonNode row) {
        List<AnswerEvent> events = new ArrayList<>();
        int calls = 0;
        for (JsonNode event : row.get("events")) {
            if (event.isTextual()) {
                events.add(new AnswerEvent.Text(event.textValue()));
            } else {
                String name = event.get("call").textValue();
                events.add(new AnswerEvent.Call(new ToolCall("call_" + calls++, name, map(event.get("arguments")))));
            }
        }
        return events;
    }

    static Map<String, Object> map(JsonNode node) {
        return JSON.convertValue(node, new TypeReference<Map<String, Object>>() {});
    }

    static Map<String, Object> ordered(String firstKey, Object first, String secondKey, Object second) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(firstKey, first);
        map.put(secondKey, second);
        return map;
    }
}
