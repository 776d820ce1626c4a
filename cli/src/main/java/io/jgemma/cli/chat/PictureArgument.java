package io.jgemma.cli.chat;

import io.jgemma.cli.io.CommandException;
import io.jgemma.engine.chat.ContentPart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * What stands behind {@code /image}: a file and perhaps a text. A name with spaces is put between quotation marks, or between
 * apostrophes as terminals paste a dragged file, or has a backslash before each space.
 *
 * @param image the picture
 * @param text what is asked about it; empty if nothing is
 */
record PictureArgument(ContentPart.Image image, String text) {

    private static final long MOST_BYTES = 256L << 20;
    private static final Pattern ABSOLUTE = Pattern.compile("[\"']?(/|~/|[A-Za-z]:[\\\\/])");
    private static final Pattern PICTURE = Pattern.compile("\\.(png|jpe?g|webp|gif|bmp)$", Pattern.CASE_INSENSITIVE);

    /**
     * Reads the argument and the file.
     *
     * @param paths what a file's name stands for
     * @throws CommandException when there is no such file
     */
    static PictureArgument parse(String argument, Function<String, Path> paths) {
        if (argument.isEmpty()) {
            throw new CommandException("/image needs a file name.");
        }
        Name name = name(argument);
        return new PictureArgument(image(paths.apply(name.text())), name.rest());
    }

    /**
     * Whether a message begins with the absolute name of a picture that is there, as a terminal types it when a file is dropped on it.
     *
     * @param paths what a file's name stands for
     */
    static boolean begins(String message, Function<String, Path> paths) {
        try {
            if (!ABSOLUTE.matcher(message).lookingAt()) {
                return false;
            }
            String name = name(message).text();
            return PICTURE.matcher(name).find() && Files.isRegularFile(paths.apply(name));
        } catch (CommandException e) {
            return false;
        }
    }

    /** A file's name and what stands behind it. */
    private record Name(String text, String rest) {}

    private static Name name(String argument) {
        char quote = argument.charAt(0);
        StringBuilder name = new StringBuilder();
        int i = quote == '"' || quote == '\'' ? 1 : 0;
        boolean quoted = i == 1;
        while (i < argument.length()) {
            char c = argument.charAt(i);
            if (quoted ? c == quote : Character.isWhitespace(c)) {
                break;
            }
            if (!quoted && c == '\\' && argument.startsWith(" ", i + 1)) {
                i++;
            }
            name.append(argument.charAt(i));
            i++;
        }
        if (quoted && i == argument.length()) {
            throw new CommandException("The file name has no closing " + quote + ".");
        }
        return new Name(name.toString(), argument.substring(quoted ? i + 1 : i).strip());
    }

    private static ContentPart.Image image(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new CommandException("There is no file '" + file + "'.");
            }
            if (Files.size(file) > MOST_BYTES) {
                throw new CommandException("'" + file + "' is too large to be a picture.");
            }
            return new ContentPart.Image(String.valueOf(file.getFileName()), Files.readAllBytes(file));
        } catch (IOException e) {
            throw new CommandException("'" + file + "' cannot be read: " + e.getMessage(), e);
        }
    }
}
