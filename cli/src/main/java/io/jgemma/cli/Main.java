package io.jgemma.cli;

import io.jgemma.cli.io.Arguments;
import io.jgemma.cli.io.Console;

/** Where the program starts. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        int code;
        try {
            Console console = Console.system();
            System.setErr(console.err());
            code = new Cli(console).run(Arguments.repaired(args));
        } catch (LinkageError | TypeNotPresentException e) {
            // Not even the parts that word errors can be loaded.
            System.err.println(
                    "jgemma: a part of it cannot be loaded (" + e.getMessage() + "): too few files may be open at"
                            + " once (ulimit -n; 64 is enough), or the installation is damaged");
            code = ExitCode.FAILURE;
        }
        System.exit(code);
    }
}
