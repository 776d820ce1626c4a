package io.jgemma.cli;

import io.jgemma.cli.io.Console;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Prints a script that completes jgemma's commands and options in the shell. */
@Command(
        name = CompletionCommand.NAME,
        description = "Print a completion script: source <(jgemma completion), in bash or zsh.")
final class CompletionCommand implements Callable<Integer> {
    static final String NAME = "completion";

    private final Console console;
    private final CommandLine root;

    CompletionCommand(Console console, CommandLine root) {
        this.console = console;
        this.root = root;
    }

    @Override
    public Integer call() {
        console.out().print(AutoComplete.bash("jgemma", root));
        console.out().flush();
        return ExitCode.OK;
    }
}
