package io.jgemma.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.Console;
import io.jgemma.cli.options.TextOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * Prompts from a file of JSON lines: an object on each line, its prompt under {@code "prompt"}. Other fields are left to
 * whoever made the file; empty lines are skipped.
 */
final class PromptFile {
    private PromptFile() {}

    /**
     * A prompt.
     *
     * @param text the prompt, as {@code -p} would give it
     * @param place file and line, for messages
     */
    record Entry(String text, String place) {}

    /**
     * Reads all prompts, so that a mistake in the last line is told before the first is answered.
     *
     * @param name a file's name, or {@code -} for standard input
     * @throws CommandException when the file cannot be read or a line holds no prompt
     */
    static List<Entry> read(String name, Console console) {
        ObjectReader json = new JsonMapper().reader();
        String shown = name.equals("-") ? "standard input" : "'" + name + "'";
        List<Entry> entries = new ArrayList<>();
        int number = 0;
        for (String line : TextOptions.readFileOrInput(name, console).split("\n", -1)) {
            number++;
            if (!line.isBlank()) {
                String place = shown + ", line " + number;
                entries.add(new Entry(prompt(json, line, place), place));
            }
        }
        if (entries.isEmpty()) {
            throw new CommandException(
                    shown + " holds no prompt; write an object such as {\"prompt\": \"Hello\"} on each line");
        }
        return entries;
    }

    private static String prompt(ObjectReader json, String line, String place) {
        JsonNode node;
        try {
            node = json.readTree(line);
        } catch (JsonProcessingException e) {
            throw new CommandException(place + " is not JSON: " + e.getOriginalMessage(), e);
        }
        JsonNode prompt = node.path("prompt");
        if (!prompt.isTextual()) {
            throw new CommandException(place + " has no text under \"prompt\"");
        }
        return prompt.textValue();
    }
}
