package io.jgemma.cli.options;

import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.UsageException;
import io.jgemma.engine.grammar.Grammar;
import io.jgemma.engine.grammar.spec.GrammarException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which form an answer must have. */
public final class FormOptions {

    @Option(
            names = {"-j", "--json-schema", "-jf", "--json-schema-file"},
            paramLabel = "SCHEMA",
            description = "The answer is JSON that this schema allows: its text, or a file with it.")
    private @Nullable String schema;

    @Option(
            names = "--grammar",
            paramLabel = "GBNF",
            description = "The answer is a text of this grammar, in llama.cpp's notation.")
    private @Nullable String grammar;

    @Option(names = "--grammar-file", paramLabel = "FILE", description = "The same, from a file.")
    private @Nullable Path grammarFile;

    /**
     * The form, if one is asked for.
     *
     * @throws UsageException when two are
     * @throws CommandException when it cannot be kept
     */
    public Optional<Grammar> grammar() {
        if (Stream.of(schema, grammar, grammarFile)
                        .filter(given -> given != null)
                        .count()
                > 1) {
            throw new UsageException("an answer has one form; give one of --json-schema, --grammar and --grammar-file");
        }
        try {
            if (schema != null) {
                return Optional.of(Grammar.ofJsonSchema(text(schema)));
            }
            if (grammarFile != null) {
                return Optional.of(Grammar.ofGbnf(TextOptions.readFile(grammarFile)));
            }
            return Optional.ofNullable(grammar).map(Grammar::ofGbnf);
        } catch (GrammarException e) {
            throw new CommandException(
                    (schema != null ? "the JSON schema" : "the grammar")
                            + (e.isMalformed() ? " is malformed: " : " is not supported: ")
                            + e.getMessage(),
                    e);
        }
    }

    /** A schema begins with a brace, or is a truth value; anything else names a file. */
    private static String text(String given) {
        String stripped = given.strip();
        boolean isText = stripped.startsWith("{") || stripped.equals("true") || stripped.equals("false");
        return isText ? given : TextOptions.readFile(Path.of(given));
    }
}
