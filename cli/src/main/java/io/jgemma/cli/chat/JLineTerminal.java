package io.jgemma.cli.chat;

import io.jgemma.cli.io.Lines;
import io.jgemma.cli.io.Style;
import io.jgemma.cli.markdown.MarkdownStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.LocalFlag;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.Terminal.SignalHandler;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.InfoCmp;
import org.jspecify.annotations.Nullable;

/** A person at a terminal: line editing, history, completion of slash commands, bracketed paste. */
final class JLineTerminal implements ChatTerminal {
    private static final int HISTORY_LINES = 1000;
    private static final String USUAL_TYPE = "ansi";

    private final Terminal terminal;
    private final LineReader reader;
    private final Style style;
    private @Nullable MarkdownStream markdown;
    private boolean lineOpen;

    private JLineTerminal(Terminal terminal, LineReader reader, Style style) {
        this.terminal = terminal;
        this.reader = reader;
        this.style = style;
    }

    /**
     * Takes the process's terminal.
     *
     * @param history file that keeps what was typed; none = it is forgotten
     * @param style looks of text
     * @param type what {@code TERM} says, or empty
     * @throws IOException when it cannot be had
     */
    static JLineTerminal open(Optional<Path> history, Style style, String type) throws IOException {
        TerminalBuilder builder = TerminalBuilder.builder().system(true).encoding(StandardCharsets.UTF_8);
        boolean known = type.isEmpty() || isKnown(type);
        if (!known) {
            builder.type(USUAL_TYPE);
        }
        JLineTerminal opened = over(builder.build(), history, style);
        if (!known) {
            opened.detail(
                    "The terminal type '" + type + "' (TERM) is not known here; it is treated as " + USUAL_TYPE + ".");
        }
        return opened;
    }

    /** Whether there is a description of the terminal type, without which JLine would log an error and go on. */
    static boolean isKnown(String type) {
        if (InfoCmp.getDefaultInfoCmp(type) != null) {
            return true;
        }
        try {
            return !InfoCmp.getInfoCmp(type).isEmpty();
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Talks on a terminal that is there already; closing gives it back. */
    static JLineTerminal over(Terminal terminal, Optional<Path> history, Style style) {
        LineReaderBuilder builder = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("jgemma")
                .parser(new MessageParser())
                .completer(new CommandCompleter())
                .variable(LineReader.HISTORY_SIZE, HISTORY_LINES)
                .variable(LineReader.HISTORY_FILE_SIZE, HISTORY_LINES)
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, ". ")
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.HISTORY_IGNORE_SPACE, false)
                .option(LineReader.Option.INSERT_TAB, false);
        history.ifPresent(file -> builder.variable(LineReader.HISTORY_FILE, file));
        return new JLineTerminal(terminal, builder.build(), style);
    }

    @Override
    public Input read(String prompt) {
        try {
            return MessageSyntax.message(reader.readLine(style.bold(style.green(prompt))));
        } catch (UserInterruptException e) {
            return new Input.Interrupted();
        } catch (EndOfFileException e) {
            return new Input.End();
        }
    }

    @Override
    public boolean interactive() {
        return true;
    }

    @Override
    public void answer(String text) {
        if (markdown == null) {
            markdown = new MarkdownStream(style, Math.max(0, terminal.getWidth()), this::write);
        }
        markdown.text(text);
    }

    @Override
    public void aside(String text) {
        write(style.dim(Lines.printable(text)));
        lineOpen = !text.endsWith("\n");
    }

    @Override
    public void note(String line) {
        write(Lines.printable(line) + "\n");
    }

    @Override
    public void detail(String line) {
        write(style.dim(Lines.printable(line)) + "\n");
    }

    @Override
    public void error(String line) {
        write(style.red(Lines.printable(line)) + "\n");
    }

    @Override
    public void endAnswer() {
        if (markdown != null) {
            markdown.end();
            markdown = null;
        }
        if (lineOpen) {
            write("\n");
            lineOpen = false;
        }
    }

    @Override
    public void endTurn() {
        write("\n");
    }

    /** By the sequence OSC 52, which most terminals know, also through SSH. */
    @Override
    public boolean copy(String text) {
        String encoded = Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        write("\u001b]52;c;" + encoded + "\u0007");
        return true;
    }

    private void write(String text) {
        terminal.writer().write(text);
        terminal.writer().flush();
    }

    /** Keys typed meanwhile are not shown in the middle of the answer; they wait for the next prompt. */
    @Override
    public Listening onInterrupt(Runnable action) {
        Attributes before = terminal.getAttributes();
        Attributes quiet = new Attributes(before);
        quiet.setLocalFlag(LocalFlag.ECHO, false);
        terminal.setAttributes(quiet);
        SignalHandler previous = terminal.handle(Signal.INT, signal -> action.run());
        return () -> {
            terminal.handle(Signal.INT, previous);
            terminal.setAttributes(before);
        };
    }

    @Override
    public void close() {
        try {
            reader.getHistory().save();
            terminal.close();
        } catch (IOException e) {
            error("the history could not be saved: " + e.getMessage());
        }
    }
}
