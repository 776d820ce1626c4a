package io.jgemma.cli.grammar;

import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.Console;
import io.jgemma.cli.options.TextOptions;
import io.jgemma.engine.grammar.Grammar;
import io.jgemma.engine.grammar.spec.GrammarException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Says whether a schema can be kept, and whether it allows instances as a model would write them. */
@Command(
        name = "check",
        description = "Say whether a JSON schema is supported, and which instances it allows.",
        abbreviateSynopsis = true)
final class CheckCommand implements Callable<Integer> {
    private static final int REFUSED = 1;
    private static final int NOT_SUPPORTED = 3;

    private final Console console;

    @Parameters(index = "0", paramLabel = "SCHEMA", description = "File with a JSON schema.")
    private Path schema = Path.of("");

    @Parameters(index = "1..*", paramLabel = "INSTANCE", description = "Files with JSON that the schema may allow.")
    private List<Path> instances = List.of();

    CheckCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Grammar grammar;
        try {
            grammar = Grammar.ofJsonSchema(TextOptions.readFile(schema));
        } catch (GrammarException e) {
            if (e.isMalformed()) {
                throw new CommandException("'" + schema + "' is not a JSON schema: " + e.getMessage(), e);
            }
            console.out()
                    .println("not supported: " + e.location() + ", " + e.reason())
                    .flush();
            return NOT_SUPPORTED;
        }
        int code = 0;
        for (Path file : instances) {
            Optional<String> refusal = refusal(grammar, TextOptions.readFile(file));
            console.out()
                    .println(refusal.map(where -> "refused " + file + " " + where)
                            .orElse("accepted " + file));
            code = refusal.isPresent() ? REFUSED : code;
        }
        console.out().flush();
        return code;
    }

    private static Optional<String> refusal(Grammar grammar, String instance) {
        try {
            return grammar.refusal(Grammar.compactJson(instance));
        } catch (GrammarException e) {
            return Optional.of(e.location() + ": " + e.reason());
        }
    }
}
