package io.jgemma.bench.grammar;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.engine.chat.ToolDefinition;
import io.jgemma.engine.grammar.Grammar;
import io.jgemma.engine.grammar.ToolGrammar;
import io.jgemma.engine.grammar.spec.GrammarException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Whether calls of the tools in the wheel {@code bfcl-eval} (the Berkeley Function Calling Leaderboard) can be forced, in each syntax:
 * {@code ToolSchemas bfcl_eval-VERSION.whl REPORT}. Tells how many can, and why others cannot. Names of Python's and Java's types are written as
 * JSON Schema's before, where it is plain which is meant.
 */
public final class ToolSchemas {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String FOLDER = "bfcl_eval/data/";
    private static final Map<String, String> TYPES = Map.of(
            "dict", "object",
            "HashMap", "object",
            "float", "number",
            "tuple", "array",
            "String", "string",
            "Boolean", "boolean");

    private ToolSchemas() {}

    /** See the class. */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            throw new IllegalArgumentException("expected the wheel bfcl_eval-VERSION.whl and the file of the report");
        }
        try (PrintWriter report = new PrintWriter(Files.newBufferedWriter(Path.of(args[1])))) {
            compile(tools(args[0]), report);
        }
    }

    private static void compile(List<ToolDefinition> tools, PrintWriter report) {
        for (String family : List.of("gemma", "llama3", "qwen")) {
            Map<String, Integer> refused = new TreeMap<>();
            for (ToolDefinition tool : tools) {
                try {
                    Grammar.ofTools(new ToolGrammar(
                            family,
                            List.of(new ToolGrammar.Tool(tool, true)),
                            new ToolGrammar.Choice.Required(),
                            false));
                } catch (GrammarException e) {
                    refused.merge(e.reason(), 1, Integer::sum);
                }
            }
            int count = refused.values().stream().mapToInt(Integer::intValue).sum();
            report.printf("%s: %d of %d compile%n", family, tools.size() - count, tools.size());
            refused.forEach((reason, times) -> report.printf("  %d refused: %s%n", times, reason));
        }
    }

    /** The tools of all data files, each as often as it is there. */
    private static List<ToolDefinition> tools(String wheel) throws IOException {
        List<ToolDefinition> tools = new ArrayList<>();
        try (ZipFile zip = new ZipFile(wheel)) {
            List<? extends ZipEntry> files = zip.stream()
                    .filter(entry -> entry.getName().startsWith(FOLDER)
                            && entry.getName().endsWith(".json")
                            && !entry.getName().contains("possible_answer"))
                    .sorted(Comparator.comparing(ZipEntry::getName))
                    .toList();
            for (ZipEntry file : files) {
                try (InputStream in = zip.getInputStream(file)) {
                    read(new String(in.readAllBytes(), StandardCharsets.UTF_8), tools);
                }
            }
        }
        return tools;
    }

    /** Reads a file of one JSON object a line; one of the wheel's files has its objects over several lines, and no tools. */
    private static void read(String file, List<ToolDefinition> tools) throws IOException {
        for (String line : file.lines().filter(text -> text.startsWith("{\"")).toList()) {
            JsonNode question = JSON.readTree(line);
            JsonNode functions =
                    question.has("parameters") ? JSON.createArrayNode().add(question) : question.path("function");
            for (JsonNode function : functions.isObject() ? List.of(functions) : functions) {
                JsonNode parameters = function.path("parameters").deepCopy();
                rename(parameters);
                tools.add(new ToolDefinition(
                        function.get("name").textValue(), "", JSON.convertValue(parameters, new TypeReference<>() {})));
            }
        }
    }

    private static void rename(JsonNode schema) {
        if (schema instanceof ObjectNode object && object.path("type").isTextual()) {
            String type = object.get("type").textValue();
            if (type.equals("any")) {
                object.remove("type");
            } else {
                object.put("type", TYPES.getOrDefault(type, type));
            }
        }
        schema.forEach(ToolSchemas::rename);
    }
}
