package io.jgemma.cli.chat;

import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.Lines;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Input from a pipe or output into one: answers alone on standard output, everything else on standard error, no colours
 * and no editing.
 */
final class PlainTerminal implements ChatTerminal {
    private final Console console;
    private final BufferedReader in;
    private boolean lineOpen;
    private boolean begun;

    PlainTerminal(Console console) {
        this.console = console;
        this.in = new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8));
    }

    @Override
    public Input read(String prompt) {
        if (console.inTerminal()) {
            console.err().print(prompt);
            console.err().flush();
        }
        try {
            String text = in.readLine();
            if (text != null && !begun) {
                text = Lines.withoutByteOrderMark(text);
                begun = true;
            }
            if (text == null) {
                return new Input.End();
            }
            while (!MessageSyntax.complete(text)) {
                String line = in.readLine();
                if (line == null) {
                    break;
                }
                text = text + "\n" + line;
            }
            return MessageSyntax.message(text);
        } catch (IOException e) {
            throw new UncheckedIOException("standard input: " + e.getMessage(), e);
        }
    }

    @Override
    public boolean interactive() {
        return console.inTerminal();
    }

    @Override
    public void answer(String text) {
        console.out().print(text).flush();
        lineOpen = true;
    }

    @Override
    public void aside(String text) {
        console.err().print(text);
        console.err().flush();
    }

    @Override
    public void note(String line) {
        console.note(line);
    }

    @Override
    public void detail(String line) {
        console.note(line);
    }

    @Override
    public void error(String line) {
        console.note(line);
    }

    @Override
    public void endAnswer() {
        if (lineOpen) {
            console.out().println("").flush();
            lineOpen = false;
        }
    }

    @Override
    public Listening onInterrupt(Runnable action) {
        return () -> {};
    }

    @Override
    public void close() {
        // The streams belong to the process.
    }
}
