package io.jgemma.cli.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jgemma.engine.chat.ToolCall;
import io.jgemma.engine.chat.ToolDefinition;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The tools of a conversation.
 *
 * @param tools in the order of their file
 */
public record Toolbox(List<Tool> tools) {

    public Toolbox {
        tools = List.copyOf(tools);
    }

    /** No tools. */
    public static Toolbox empty() {
        return new Toolbox(List.of());
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return tools.isEmpty();
    }

    /** Whether programs answer any of them. */
    public boolean runsPrograms() {
        return tools.stream().anyMatch(tool -> tool.program().isPresent());
    }

    /** What the model is told. */
    public List<ToolDefinition> definitions() {
        return tools.stream().map(Tool::definition).toList();
    }

    /** Whether the tool that is called is there. */
    public boolean knows(ToolCall call) {
        return find(call).isPresent();
    }

    /** The program that answers a call; empty if there is none, or no such tool. */
    public Optional<ToolProgram> program(ToolCall call) {
        return find(call).flatMap(Tool::program);
    }

    /** What the model is told when it calls a tool that is not there. */
    public String unknown(ToolCall call) {
        return "error: there is no tool '" + call.name() + "'; there are "
                + tools.stream().map(tool -> tool.definition().name()).collect(Collectors.joining(", "));
    }

    private Optional<Tool> find(ToolCall call) {
        return tools.stream()
                .filter(tool -> tool.definition().name().equals(call.name()))
                .findFirst();
    }

    /** A call for people: the name and the arguments. */
    public static String describe(ToolCall call) {
        return call.name() + " " + argumentsJson(call);
    }

    /** The arguments as one JSON object. */
    public static String argumentsJson(ToolCall call) {
        try {
            return new ObjectMapper().writeValueAsString(call.arguments());
        } catch (JsonProcessingException e) {
            throw new ToolFailedException(
                    "the arguments of " + call.name() + " are not JSON: " + e.getOriginalMessage());
        }
    }
}
