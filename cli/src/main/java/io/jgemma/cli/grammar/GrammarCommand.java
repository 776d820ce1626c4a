package io.jgemma.cli.grammar;

import io.jgemma.cli.io.Console;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Everything about forms of answers that needs no model. */
@Command(name = "grammar", description = "Check JSON schemas and instances.", synopsisSubcommandLabel = "COMMAND")
public final class GrammarCommand implements Runnable {

    @Spec
    private @Nullable CommandSpec command;

    /** Its only part: {@code grammar check}. */
    public static Object check(Console console) {
        return new CheckCommand(console);
    }

    @Override
    public void run() {
        if (command != null) {
            command.commandLine().usage(command.commandLine().getOut());
        }
    }
}
