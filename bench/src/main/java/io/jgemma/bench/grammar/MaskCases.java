package io.jgemma.bench.grammar;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jgemma.engine.grammar.Grammar;
import io.jgemma.engine.text.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Schemas with instances, in files of the form {@code {"schema":.., "tests":[{"valid":.., "data":..}]}}. */
final class MaskCases {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /**
     * An instance.
     *
     * @param valid whether the schema allows it
     * @param tokens of its compact form, with the keys in the order of the file
     */
    record Instance(boolean valid, int[] tokens) {}

    /** A schema and its instances. */
    record Case(String file, String schema, List<Instance> instances) {}

    private MaskCases() {}

    /** All cases of a zip file, in the order of their names. */
    static List<Case> read(Path zip, Tokenizer tokenizer) throws IOException {
        List<Case> cases = new ArrayList<>();
        try (ZipFile file = new ZipFile(zip.toFile())) {
            List<? extends ZipEntry> entries = file.stream()
                    .filter(entry -> entry.getName().endsWith(".json"))
                    .sorted(Comparator.comparing(ZipEntry::getName))
                    .toList();
            for (ZipEntry entry : entries) {
                try (InputStream in = file.getInputStream(entry)) {
                    JsonNode content = JSON.readTree(new String(in.readAllBytes(), StandardCharsets.UTF_8));
                    if (content.has("schema") && content.has("tests")) {
                        cases.add(of(entry.getName(), content, tokenizer));
                    }
                }
            }
        }
        return cases;
    }

    private static Case of(String name, JsonNode content, Tokenizer tokenizer) {
        List<Instance> instances = new ArrayList<>();
        for (JsonNode test : content.get("tests")) {
            String text = Grammar.compactJson(test.get("data").toString());
            instances.add(new Instance(test.get("valid").asBoolean(), tokenizer.encode(text)));
        }
        String schema = Grammar.compactJson(content.get("schema").toString());
        return new Case(Path.of(name).getFileName().toString(), schema, instances);
    }
}
