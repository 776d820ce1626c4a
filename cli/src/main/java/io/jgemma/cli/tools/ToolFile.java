package io.jgemma.cli.tools;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.JsonInput;
import io.jgemma.engine.chat.ToolDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a file of tools: a JSON array of definitions as OpenAI's interface has them,
 * {@code {"type":"function","function":{"name":..,"description":..,"parameters":{..}}}}, or an object whose {@code tools}
 * is that array. Beside {@code function} may stand {@code command}, an array with a program and its arguments or a text
 * for the shell, and {@code timeout_seconds}.
 */
public final class ToolFile {
    private static final Duration DEFAULT_LIMIT = Duration.ofSeconds(30);
    private static final long MAX_LIMIT_SECONDS = 3600;

    private final String name;
    private final ObjectMapper mapper = new ObjectMapper();

    private ToolFile(String name) {
        this.name = name;
    }

    /**
     * The tools of a file's content.
     *
     * @param name the file's name, for errors
     * @param json its content
     * @throws CommandException when it is not such a file; the message says which tool and what is wrong
     */
    public static Toolbox parse(String name, String json) {
        return new ToolFile(name).tools(json);
    }

    private Toolbox tools(String json) {
        JsonNode root = JsonInput.read(name, json);
        JsonNode array = root.isObject() ? root.path("tools") : root;
        if (!array.isArray() || array.isEmpty()) {
            throw new CommandException(
                    name + " holds no tools: it must be an array of {\"type\": \"function\", \"function\": {..}}");
        }
        List<Tool> tools = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonNode node : array) {
            Tool tool = tool(node, "tool " + (tools.size() + 1));
            if (!names.add(tool.definition().name())) {
                throw wrong(
                        "tool " + (tools.size() + 1),
                        "the name '" + tool.definition().name() + "' is taken");
            }
            tools.add(tool);
        }
        return new Toolbox(tools);
    }

    private Tool tool(JsonNode node, String where) {
        JsonNode function = node.path("function");
        if (!node.path("type").asText("function").equals("function") || !function.isObject()) {
            throw wrong(where, "it must be {\"type\": \"function\", \"function\": {..}}");
        }
        String toolName = function.path("name").asText("");
        if (toolName.isBlank()) {
            throw wrong(where, "the function has no name");
        }
        JsonNode parameters = function.path("parameters");
        if (!parameters.isMissingNode() && !parameters.isObject()) {
            throw wrong(toolName, "its parameters must be a JSON schema, i.e. an object");
        }
        Map<String, Object> schema = parameters.isMissingNode()
                ? Map.of()
                : mapper.convertValue(parameters, new TypeReference<Map<String, Object>>() {});
        try {
            ToolDefinition definition =
                    new ToolDefinition(toolName, function.path("description").asText(""), schema);
            return new Tool(definition, program(node, toolName));
        } catch (IllegalArgumentException e) {
            throw wrong(where, String.valueOf(e.getMessage()));
        }
    }

    private Optional<ToolProgram> program(JsonNode node, String where) {
        JsonNode command = node.path("command");
        if (command.isMissingNode()) {
            return Optional.empty();
        }
        return Optional.of(new ToolProgram(command(command, where), limit(node.path("timeout_seconds"), where)));
    }

    private List<String> command(JsonNode command, String where) {
        if (command.isTextual() && !command.textValue().isBlank()) {
            return shell(command.textValue());
        }
        List<String> words = new ArrayList<>();
        for (JsonNode word : command) {
            if (!command.isArray() || !word.isTextual()) {
                throw wrong(where, "its command must be an array of texts, or one text for the shell");
            }
            words.add(word.textValue());
        }
        if (words.isEmpty() || words.getFirst().isBlank()) {
            throw wrong(where, "its command is empty");
        }
        return words;
    }

    private static List<String> shell(String text) {
        boolean windows = java.io.File.separatorChar == '\\';
        return windows ? List.of("cmd.exe", "/c", text) : List.of("/bin/sh", "-c", text);
    }

    private Duration limit(JsonNode seconds, String where) {
        if (seconds.isMissingNode()) {
            return DEFAULT_LIMIT;
        }
        double value = seconds.asDouble(0);
        if (!(value > 0) || value > MAX_LIMIT_SECONDS) {
            throw wrong(where, "timeout_seconds must be above 0 and at most " + MAX_LIMIT_SECONDS);
        }
        return Duration.ofMillis(Math.max(1, Math.round(value * 1000)));
    }

    private CommandException wrong(String where, String what) {
        return new CommandException(name + ", " + where + ": " + what);
    }
}
