package io.jgemma.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The program without a command: help and version. */
@Command(
        name = "jgemma",
        description = "Runs language models from GGUF files.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = Version.class)
final class JgemmaCommand implements Runnable {

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    @SuppressWarnings("UnusedVariable") // picocli knows by itself that the version was asked for
    private boolean version;

    @Spec
    private @Nullable CommandSpec command;

    @Override
    public void run() {
        if (command != null) {
            CommandLine line = command.commandLine();
            line.usage(line.getOut());
        }
    }
}
