package io.jgemma.cli.options;

import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.Lines;
import io.jgemma.cli.io.UsageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A text: {@code -p TEXT}, {@code -f FILE}, or what is piped into standard input. */
public final class TextOptions {
    private static final String STANDARD_INPUT = "-";

    @Option(
            names = {"-p", "--prompt"},
            paramLabel = "TEXT",
            description = "The text.")
    private @Nullable String prompt;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "File with the text, UTF-8; - = standard input.")
    private @Nullable String file;

    @Option(
            names = {"-e", "--escape"},
            description = "Read \\n, \\r, \\t, \\\\, \\\" and \\' in the text of -p as in Java.")
    private boolean escapes;

    /**
     * Takes words of the command line as the text.
     *
     * @throws UsageException when there is another text
     */
    public void take(List<String> words) {
        if (words.isEmpty()) {
            return;
        }
        if (given()) {
            throw new UsageException("'" + String.join(" ", words) + "' is given beside -p or -f; give one text");
        }
        prompt = String.join(" ", words);
    }

    /** Whether a text was named; without one, standard input holds it. */
    public boolean given() {
        return prompt != null || file != null;
    }

    /**
     * The text, unchanged.
     *
     * @throws UsageException when there is none, or two
     * @throws CommandException when it cannot be read or is not UTF-8
     */
    public String text(Console console) {
        String given = prompt;
        String path = file;
        if (given != null && path != null) {
            throw new UsageException("-p and -f are both given; give one of them");
        }
        if (given != null) {
            return escapes ? unescape(given) : given;
        }
        if (path == null && console.inTerminal()) {
            throw new UsageException("no text: give one with -p TEXT or -f FILE, or pipe it in");
        }
        return readFileOrInput(path == null ? STANDARD_INPUT : path, console);
    }

    /** {@link #text} without one line end at its end: files have one that nobody meant, unlike {@code -p}. */
    public String prompt(Console console) {
        String text = text(console);
        if (prompt != null || !text.endsWith("\n")) {
            return text;
        }
        return text.substring(0, text.length() - (text.endsWith("\r\n") ? 2 : 1));
    }

    /**
     * The content of a UTF-8 file, or of standard input for {@code -}.
     *
     * @throws CommandException when it cannot be read or is not UTF-8
     */
    public static String readFileOrInput(String name, Console console) {
        if (!name.equals(STANDARD_INPUT)) {
            return readFile(Path.of(name));
        }
        try {
            return decode(console.in().readAllBytes(), "standard input");
        } catch (IOException e) {
            throw new CommandException("standard input cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * The content of a UTF-8 file.
     *
     * @throws CommandException when it cannot be read or is not UTF-8
     */
    public static String readFile(Path path) {
        try {
            return decode(Files.readAllBytes(path), "'" + path + "'");
        } catch (NoSuchFileException e) {
            throw new CommandException("there is no file '" + path + "'", e);
        } catch (IOException e) {
            throw new CommandException("'" + path + "' cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * The text in bytes, without the byte order mark that some editors put before it.
     *
     * @param source what holds the bytes, for errors
     * @throws CommandException when they are not UTF-8
     */
    public static String decode(byte[] bytes, String source) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return Lines.withoutByteOrderMark(text);
        } catch (CharacterCodingException e) {
            throw new CommandException(source + " is not UTF-8 text", e);
        }
    }

    static String unescape(String text) {
        StringBuilder result = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int replacement = c == '\\' && i + 1 < text.length() ? escaped(text.charAt(i + 1)) : -1;
            if (replacement < 0) {
                result.append(c);
            } else {
                result.append((char) replacement);
                i++;
            }
        }
        return result.toString();
    }

    private static int escaped(char letter) {
        return switch (letter) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case '\\', '"', '\'' -> letter;
            default -> -1;
        };
    }
}
