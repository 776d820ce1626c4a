package io.jgemma.bench.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jgemma.engine.grammar.Grammar;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * Whether llama.cpp's example grammars are read, and allow and refuse what they should: {@code GrammarFiles FOLDER REPORT}, its folder
 * {@code grammars}. The texts are in {@code grammar-files.json}.
 */
public final class GrammarFiles {
    private GrammarFiles() {}

    /** See the class. */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            throw new IllegalArgumentException("expected llama.cpp's folder 'grammars' and the file of the report");
        }
        try (PrintWriter report = new PrintWriter(Files.newBufferedWriter(Path.of(args[1])))) {
            for (Map.Entry<String, JsonNode> entry : texts().properties()) {
                Path file = Path.of(args[0], entry.getKey() + ".gbnf");
                Grammar grammar = Grammar.ofGbnf(Files.readString(file));
                report.printf("%s is read%n", entry.getKey());
                decide(grammar, entry.getValue().get("accepted"), true, report);
                decide(grammar, entry.getValue().get("refused"), false, report);
            }
        }
    }

    private static JsonNode texts() throws IOException {
        try (InputStream in = Objects.requireNonNull(GrammarFiles.class.getResourceAsStream("grammar-files.json"))) {
            return new JsonMapper().readTree(in);
        }
    }

    private static void decide(Grammar grammar, JsonNode texts, boolean accepted, PrintWriter report) {
        String word = accepted ? "accepted" : "refused";
        int right = 0;
        for (JsonNode text : texts) {
            if (grammar.accepts(text.textValue()) == accepted) {
                right++;
            } else {
                report.printf("  not %s: %s%n", word, text);
            }
        }
        report.printf("  %d of %d texts %s%n", right, texts.size(), word);
    }
}
