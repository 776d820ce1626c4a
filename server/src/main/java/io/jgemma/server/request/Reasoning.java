package io.jgemma.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.server.json.Fields;
import io.jgemma.server.json.Json;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Whether and how long a model shall think aloud before it answers, in every spelling that clients have for it. What comes of
 * it are variables of the chat template: {@code enable_thinking}, and {@code reasoning_effort} where the client named one.
 * Models whose template reads neither answer as they always do. A budget of 0 switches thinking off, a larger one on, and
 * either is kept to while the answer is generated.
 *
 * @param variables for the template
 * @param budgetTokens tokens of thoughts at most; empty = as many as the model likes
 * @param inline whether thoughts stay in the text, between the tags that the model writes
 */
public record Reasoning(Map<String, Object> variables, OptionalInt budgetTokens, boolean inline) {
    private static final String ENABLE = "enable_thinking";
    private static final String EFFORT = "reasoning_effort";
    private static final Set<String> OFF = Set.of("none", "off", "disabled", "false", "no");

    public Reasoning {
        variables = Map.copyOf(variables);
    }

    /**
     * The switches in a request.
     *
     * @param thinking what holds where it does not say
     */
    public static Reasoning of(Fields fields, Thinking thinking) {
        Reader reader = new Reader();
        thinking.on().ifPresent(on -> reader.variables.put(ENABLE, on));
        for (String name : new String[] {"thinking_budget", "reasoning_budget", "reasoning_budget_tokens"}) {
            reader.readBudget(fields, name);
        }
        for (String name : new String[] {"thinking_mode", "thinking", "reasoning", ENABLE}) {
            fields.value(name).ifPresent(value -> reader.readSwitch(fields, name, value));
        }
        fields.string(EFFORT).ifPresent(reader::putEffort);
        fields.object("chat_template_kwargs")
                .ifPresent(given -> Json.map(given.node()).forEach((key, value) -> {
                    if (value != null) {
                        reader.variables.put(key, value);
                    }
                }));
        boolean inline = fields.string("reasoning_format").map("none"::equals).orElse(thinking.inline());
        OptionalInt budget = reader.budgetGiven ? reader.budget : thinking.budgetTokens();
        return new Reasoning(reader.variables, budget, inline);
    }

    private static boolean isOff(String word) {
        return OFF.contains(word.toLowerCase(Locale.ROOT));
    }

    /** What has been read so far: what comes later counts. */
    private static final class Reader {
        private final Map<String, Object> variables = new LinkedHashMap<>();
        private OptionalInt budget = OptionalInt.empty();
        private boolean budgetGiven;

        void readSwitch(Fields fields, String name, JsonNode value) {
            if (value.isBoolean()) {
                variables.put(ENABLE, value.booleanValue());
            } else if (value.isTextual()) {
                putEffort(value.textValue());
            } else if (value.isObject()) {
                readObject(Fields.of(value, fields.path(name)));
            } else {
                throw fields.invalid(
                        name, fields.path(name) + " is not readable; expected true, false, a word or an object");
            }
        }

        private void readObject(Fields fields) {
            fields.bool("enabled").ifPresent(on -> variables.put(ENABLE, on));
            for (String name : new String[] {"max_tokens", "budget_tokens"}) {
                readBudget(fields, name);
            }
            fields.string("type").ifPresent(type -> variables.put(ENABLE, !isOff(type)));
            fields.string("effort").ifPresent(this::putEffort);
        }

        /** Tokens of thoughts; a negative number stands for as many as the model likes. */
        void readBudget(Fields fields, String name) {
            fields.integer(name).ifPresent(tokens -> {
                variables.put(ENABLE, tokens != 0);
                budgetGiven = true;
                budget = tokens < 0 ? OptionalInt.empty() : OptionalInt.of((int) Math.min(Integer.MAX_VALUE, tokens));
            });
        }

        void putEffort(String effort) {
            variables.put(ENABLE, !isOff(effort));
            if (!isOff(effort)) {
                variables.put(EFFORT, effort.toLowerCase(Locale.ROOT));
            }
        }
    }
}
