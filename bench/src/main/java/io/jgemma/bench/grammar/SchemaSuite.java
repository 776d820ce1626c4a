package io.jgemma.bench.grammar;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jgemma.engine.grammar.Grammar;
import io.jgemma.engine.grammar.spec.GrammarException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which groups of the JSON-Schema-Test-Suite are decided as it says: {@code SchemaSuite FOLDER REPORT.md}, the folder of a draft. Writes a table
 * by file, and for each group that is decided otherwise the instance.
 *
 * <p>A grammar reads keys in the order in which the schema names them, those that it does not name behind them. Instances are put
 * into that order before, since the suite does not care for it.
 *
 * <p>{@code format.json} tests that {@code format} is an annotation, {@code optional/format} that it is asserted. The first is run with schemas that
 * ask for annotations ({@code x-jgemma-format}), all others as they are.
 */
public final class SchemaSuite {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static final String ANNOTATIONS = "format.json";

    private final List<String> lines = new ArrayList<>();
    private final List<String> otherwise = new ArrayList<>();

    private SchemaSuite() {}

    /** See the class. */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            throw new IllegalArgumentException("expected the folder of a draft and the file of the report");
        }
        SchemaSuite suite = new SchemaSuite();
        suite.run(Path.of(args[0]));
        Files.write(Path.of(args[1]), suite.lines);
    }

    private void run(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> tree = Files.walk(folder)) {
            files = tree.filter(path -> path.toString().endsWith(".json"))
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
        }
        lines.addAll(List.of("| file | right | not supported | otherwise |", "|---|---|---|---|"));
        int[] total = new int[3];
        for (Path file : files) {
            int[] counts = new int[3];
            for (JsonNode group : JSON.readTree(file.toFile())) {
                int decided = decided(folder.relativize(file).toString(), group);
                counts[decided]++;
                total[decided]++;
            }
            lines.add(line(folder.relativize(file).toString(), counts));
        }
        lines.add(line("all", total));
        lines.addAll(otherwise);
    }

    private static String line(String name, int[] counts) {
        return "| " + name + " | " + counts[0] + " | " + counts[1] + " | " + counts[2] + " |";
    }

    /** 0 = every instance as the suite says, 1 = not supported, 2 = otherwise. */
    private int decided(String file, JsonNode group) {
        JsonNode schema = group.get("schema");
        Grammar grammar;
        try {
            grammar = Grammar.ofJsonSchema(
                    file.equals(ANNOTATIONS) && schema instanceof ObjectNode object
                            ? object.deepCopy()
                                    .put("x-jgemma-format", "annotation")
                                    .toString()
                            : schema.toString());
        } catch (GrammarException e) {
            return 1;
        }
        List<String> names = new ArrayList<>(names(schema, new LinkedHashSet<>()));
        int decided = 0;
        for (JsonNode test : group.get("tests")) {
            JsonNode data = ordered(test.get("data"), names);
            boolean valid = test.get("valid").asBoolean();
            if (grammar.accepts(Grammar.compactJson(data.toString())) != valid) {
                decided = 2;
                otherwise.add(file + ": " + group.get("description").asText() + ": "
                        + test.get("description").asText() + " (" + (valid ? "valid" : "invalid") + "): " + data);
            }
        }
        return decided;
    }

    /** The names that a schema gives properties, in its order, then all other keys and strings. */
    private static Set<String> names(JsonNode schema, Set<String> names) {
        schema.findValues("properties")
                .forEach(properties -> properties.fieldNames().forEachRemaining(names::add));
        return mentioned(schema, names);
    }

    private static Set<String> mentioned(JsonNode schema, Set<String> names) {
        schema.properties().forEach(entry -> {
            names.add(entry.getKey());
            mentioned(entry.getValue(), names);
        });
        if (schema.isTextual()) {
            names.add(schema.textValue());
        }
        schema.elements().forEachRemaining(item -> mentioned(item, names));
        return names;
    }

    private static JsonNode ordered(JsonNode value, List<String> names) {
        if (value.isArray()) {
            ArrayNode items = JSON.createArrayNode();
            value.forEach(item -> items.add(ordered(item, names)));
            return items;
        }
        if (!value.isObject()) {
            return value;
        }
        ObjectNode object = JSON.createObjectNode();
        value.properties().stream()
                .sorted(Comparator.comparingInt(entry -> {
                    int at = names.indexOf(entry.getKey());
                    return at < 0 ? names.size() : at;
                }))
                .forEach(entry -> object.set(entry.getKey(), ordered(entry.getValue(), names)));
        return object;
    }
}
