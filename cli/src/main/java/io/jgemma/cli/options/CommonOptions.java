package io.jgemma.cli.options;

import picocli.CommandLine.Option;

/** Options that every command has; whoever runs the commands acts on them. */
@SuppressWarnings("UnusedVariable") // picocli knows by itself that help was asked for
public final class CommonOptions {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Option(names = "--debug", description = "Show a stack trace with an error.")
    private boolean debug;
}
