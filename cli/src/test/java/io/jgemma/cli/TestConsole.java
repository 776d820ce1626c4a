package io.jgemma.cli;

import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.Out;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A console whose input is given and whose output is kept. */
public final class TestConsole {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Console console;

    /** A process in a pipe. */
    public TestConsole(String input) {
        this(input, false);
    }

    private TestConsole(String input, boolean terminal) {
        this(input, terminal, null);
    }

    private TestConsole(String input, boolean terminal, @Nullable OutputStream instead) {
        this.console = new Console(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new Out(instead == null ? out : instead),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                terminal,
                terminal,
                terminal,
                Map.of("NO_COLOR", "1"));
    }

    /** A process at a terminal without colours. */
    public static TestConsole atTerminal(String input) {
        return new TestConsole(input, true);
    }

    /** A process whose reader went away. */
    public static TestConsole withoutReader() {
        return new TestConsole("", false, new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        });
    }

    /** Runs a command line here. */
    public int run(String... args) {
        return new Cli(console).run(args);
    }

    public Console console() {
        return console;
    }

    /** Everything written to standard output so far. */
    public String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Everything written to standard error so far. */
    public String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
