package io.jgemma.cli.io;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;

/**
 * The process a command runs in. Tests make their own.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error
 * @param inTerminal whether a person types the input
 * @param outTerminal whether a person reads the output
 * @param errTerminal whether a person reads standard error
 * @param environment environment variables
 */
public record Console(
        InputStream in,
        Out out,
        PrintStream err,
        boolean inTerminal,
        boolean outTerminal,
        boolean errTerminal,
        Map<String, String> environment) {

    private static final int PARAGRAPH_COLUMNS = 79;

    /** Console of this process. */
    public static Console system() {
        if (WindowsConsole.isHere()) {
            WindowsConsole.takeUtf8();
        }
        StandardError error = StandardError.ofProcess();
        return new Console(
                Terminals.isTakenByJava(0) ? InputStream.nullInputStream() : new FileInputStream(FileDescriptor.in),
                new Out(new FileOutputStream(FileDescriptor.out)),
                error.stream(),
                Terminals.isTerminal(0),
                Terminals.isTerminal(1),
                Terminals.isTerminal(error.descriptor()),
                System.getenv());
    }

    /** One line on standard error: what a person may want to know and a program reading the output must not see. */
    public void note(String line) {
        err.println(Lines.printable(line));
    }

    /** A {@link #note} that steps back. */
    public void detail(String line) {
        err.println(errStyle().dim(Lines.printable(line)));
    }

    /** A longer text for people on standard error, its lines broken between words. */
    public void paragraph(String text) {
        StringBuilder line = new StringBuilder();
        for (String word : text.strip().split("\\s+", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > PARAGRAPH_COLUMNS) {
                note(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        note(line.toString());
    }

    /** How text on standard output may look. */
    public Style outStyle() {
        return Style.of(outTerminal, environment);
    }

    /** How text on standard error may look. */
    public Style errStyle() {
        return Style.of(errTerminal, environment);
    }
}
