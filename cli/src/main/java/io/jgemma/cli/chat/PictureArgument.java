package io.jgemma.cli.chat;

import io.jgemma.cli.io.CommandException;
import io.jgemma.engine.chat.ContentPart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * What stands behind {@code /image}: a file and perhaps a text. A name with spaces is put between quotation marks, or between
 * apostrophes as terminals paste a dragged file, or has a backslash before each space.
 *
 * @param image the picture
 * @param text what is asked about it; empty if nothing is
 */
record PictureArgument(ContentPart.Image image, String text) {

    private static final long MOST_BYTES = 256L << 20;

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
        Path file = paths.apply(name.toString());
        return new PictureArgument(
                image(file), argument.substring(quoted ? i + 1 : i).strip());
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
