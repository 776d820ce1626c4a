package io.jgemma.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import io.jgemma.engine.chat.ToolDefinition;
import io.jgemma.server.json.ApiException;
import io.jgemma.server.json.Fields;
import io.jgemma.server.json.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The tools of a request and which of them the answer must call.
 *
 * @param definitions what the model is told of
 * @param strict names of tools whose arguments must follow their schema
 * @param choice which calls the answer may or must hold
 * @param parallel whether the answer may hold several calls
 */
public record Tools(List<ToolDefinition> definitions, Set<String> strict, Choice choice, boolean parallel) {

    /** Which calls an answer may or must hold. */
    public sealed interface Choice {
        /** Text or calls, as the model likes. */
        record Auto() implements Choice {}

        /** No calls: the model is not told of the tools. */
        record None() implements Choice {}

        /** At least one call. */
        record Required() implements Choice {}

        /** A call of one tool. */
        record Named(String name) implements Choice {}
    }

    /** No tools. */
    public static final Tools NONE = new Tools(List.of(), Set.of(), new Choice.Auto(), true);

    public Tools {
        definitions = List.copyOf(definitions);
        strict = Set.copyOf(strict);
    }

    /**
     * Tools as chat completions and the Responses API have them: {@code {type: function, function: {name, ..}}} or flat.
     * Tools of other types are left out, since only their makers' servers can run them.
     */
    public static Tools openai(Fields request) {
        List<ToolDefinition> definitions = new ArrayList<>();
        Set<String> strict = new HashSet<>();
        for (Fields tool : request.objects("tools")) {
            String type = tool.string("type").orElse("function");
            if (type.equals("function")) {
                Fields function = tool.object("function").orElse(tool);
                add(function, "parameters", definitions, strict);
            }
        }
        boolean parallel = request.bool("parallel_tool_calls").orElse(true);
        return of(request, definitions, strict, choice(request), parallel);
    }

    /** Tools as Anthropic's messages have them: {@code {name, description, input_schema}}. */
    public static Tools anthropic(Fields request) {
        List<ToolDefinition> definitions = new ArrayList<>();
        Set<String> strict = new HashSet<>();
        for (Fields tool : request.objects("tools")) {
            if (tool.string("type").orElse("custom").equals("custom")) {
                add(tool, "input_schema", definitions, strict);
            }
        }
        Optional<Fields> given = request.object("tool_choice");
        Choice choice = given.map(Tools::anthropicChoice).orElse(new Choice.Auto());
        boolean parallel =
                !given.map(fields -> fields.isTrue("disable_parallel_tool_use")).orElse(false);
        return of(request, definitions, strict, choice, parallel);
    }

    private static Tools of(
            Fields request, List<ToolDefinition> definitions, Set<String> strict, Choice choice, boolean parallel) {
        if (choice instanceof Choice.Named(String name)
                && definitions.stream().noneMatch(tool -> tool.name().equals(name))) {
            throw request.invalid("tool_choice", "tool_choice names '" + name + "', which is not one of the tools");
        }
        if (choice instanceof Choice.Required && definitions.isEmpty()) {
            throw request.invalid("tool_choice", "tool_choice asks for a call, but there are no tools");
        }
        return new Tools(
                choice instanceof Choice.None ? List.of() : definitions,
                definitions.isEmpty() ? Set.of() : strict,
                choice,
                parallel);
    }

    private static void add(Fields tool, String schemaField, List<ToolDefinition> definitions, Set<String> strict) {
        String name = tool.requireString("name");
        if (name.isBlank()) {
            throw tool.invalid("name", tool.path("name") + " is blank");
        }
        if (definitions.stream().anyMatch(other -> other.name().equals(name))) {
            throw tool.invalid("name", "two tools are called '" + name + "'");
        }
        JsonNode schema = tool.object(schemaField).map(Fields::node).orElse(Json.object());
        definitions.add(
                new ToolDefinition(name, tool.string("description").orElse(""), Json.map(SchemaOrder.of(schema))));
        if (tool.isTrue("strict")) {
            strict.add(name);
        }
    }

    private static Choice choice(Fields request) {
        JsonNode value = request.value("tool_choice").orElse(null);
        if (value == null) {
            return new Choice.Auto();
        }
        if (value.isTextual()) {
            return switch (value.textValue()) {
                case "auto" -> new Choice.Auto();
                case "none" -> new Choice.None();
                case "required", "any" -> new Choice.Required();
                default -> throw unknownChoice(request);
            };
        }
        Fields choice = Fields.of(value, request.path("tool_choice"));
        return switch (choice.string("type").orElse("function")) {
            case "function" ->
                new Choice.Named(choice.object("function").orElse(choice).requireString("name"));
            case "allowed_tools" ->
                choice.string("mode").filter("required"::equals).isPresent()
                        ? new Choice.Required()
                        : new Choice.Auto();
            default -> throw unknownChoice(request);
        };
    }

    private static Choice anthropicChoice(Fields choice) {
        return switch (choice.requireString("type")) {
            case "auto" -> new Choice.Auto();
            case "none" -> new Choice.None();
            case "any" -> new Choice.Required();
            case "tool" -> new Choice.Named(choice.requireString("name"));
            default -> throw choice.invalid("type", "tool_choice.type is not one of auto, any, tool, none");
        };
    }

    private static ApiException unknownChoice(Fields request) {
        return request.invalid(
                "tool_choice",
                "tool_choice is not readable; expected auto, none, required, or"
                        + " {\"type\": \"function\", \"function\": {\"name\": ..}}");
    }
}
