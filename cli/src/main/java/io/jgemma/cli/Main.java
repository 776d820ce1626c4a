package io.jgemma.cli;

import io.jgemma.cli.io.Arguments;
import io.jgemma.cli.io.Console;

/** Where the program starts. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Console console = Console.system();
        System.setErr(console.err());
        System.exit(new Cli(console).run(Arguments.repaired(args)));
    }
}
