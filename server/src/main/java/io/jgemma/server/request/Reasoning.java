package io.jgemma.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.server.json.Fields;
import io.jgemma.server.json.Json;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a model shall think aloud before it answers, in every spelling that clients have for it. What comes of it are
 * variables of the chat template: {@code enable_thinking}, and {@code reasoning_effort} where the client named one. Models
 * whose template reads neither answer as they always do. A budget of 0 switches thinking off; a larger one switches it on
 * and limits nothing.
 *
 * @param variables for the template
 * @param inline whether thoughts stay in the text, between {@code <think>} and {@code </think>}
 */
public record Reasoning(Map<String, Object> variables, boolean inline) {
    private static final String ENABLE = "enable_thinking";
    private static final String EFFORT = "reasoning_effort";
    private static final Set<String> OFF = Set.of("none", "off", "disabled", "false", "no");

    public Reasoning {
        variables = Map.copyOf(variables);
    }

    /** The switches in a request. */
    public static Reasoning of(Fields fields) {
        Map<String, Object> variables = new LinkedHashMap<>();
        for (String budget : new String[] {"thinking_budget", "reasoning_budget", "reasoning_budget_tokens"}) {
            fields.integer(budget).ifPresent(tokens -> variables.put(ENABLE, tokens != 0));
        }
        for (String name : new String[] {"thinking_mode", "thinking", "reasoning", ENABLE}) {
            fields.value(name).ifPresent(value -> readSwitch(fields, name, value, variables));
        }
        fields.string(EFFORT).ifPresent(effort -> putEffort(effort, variables));
        fields.object("chat_template_kwargs")
                .ifPresent(given -> Json.map(given.node()).forEach((key, value) -> {
                    if (value != null) {
                        variables.put(key, value);
                    }
                }));
        Optional<String> format = fields.string("reasoning_format");
        return new Reasoning(variables, format.filter("none"::equals).isPresent());
    }

    private static void readSwitch(Fields fields, String name, JsonNode value, Map<String, Object> variables) {
        if (value.isBoolean()) {
            variables.put(ENABLE, value.booleanValue());
        } else if (value.isTextual()) {
            putEffort(value.textValue(), variables);
        } else if (value.isObject()) {
            readObject(Fields.of(value, fields.path(name)), variables);
        } else {
            throw fields.invalid(
                    name, fields.path(name) + " is not readable; expected true, false, a word or an object");
        }
    }

    private static void readObject(Fields fields, Map<String, Object> variables) {
        fields.bool("enabled").ifPresent(on -> variables.put(ENABLE, on));
        fields.string("type").ifPresent(type -> variables.put(ENABLE, !isOff(type)));
        for (String budget : new String[] {"max_tokens", "budget_tokens"}) {
            fields.integer(budget).ifPresent(tokens -> variables.put(ENABLE, tokens != 0));
        }
        fields.string("effort").ifPresent(effort -> putEffort(effort, variables));
    }

    private static void putEffort(String effort, Map<String, Object> variables) {
        variables.put(ENABLE, !isOff(effort));
        if (!isOff(effort)) {
            variables.put(EFFORT, effort.toLowerCase(Locale.ROOT));
        }
    }

    private static boolean isOff(String word) {
        return OFF.contains(word.toLowerCase(Locale.ROOT));
    }
}
