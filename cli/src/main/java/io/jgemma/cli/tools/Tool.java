package io.jgemma.cli.tools;

import io.jgemma.engine.chat.ToolDefinition;
import java.util.Optional;

/**
 * A tool.
 *
 * @param definition what the model is told of it
 * @param program what answers; empty = the person at the terminal
 */
public record Tool(ToolDefinition definition, Optional<ToolProgram> program) {}
