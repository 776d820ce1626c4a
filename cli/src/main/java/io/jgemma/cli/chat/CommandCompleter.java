package io.jgemma.cli.chat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** Completes slash commands, and file names behind those that take one. */
final class CommandCompleter implements Completer {
    private static final Set<SlashCommand> WITH_FILES =
            Set.of(SlashCommand.SAVE, SlashCommand.LOAD, SlashCommand.IMAGE);
    private static final int MOST_FILES = 500;

    @Override
    public void complete(LineReader reader, ParsedLine parsed, List<Candidate> candidates) {
        String line = parsed.line().substring(0, parsed.cursor());
        if (!line.startsWith("/")) {
            return;
        }
        int space = line.indexOf(' ');
        if (space < 0) {
            for (SlashCommand command : SlashCommand.values()) {
                candidates.add(new Candidate(command.word()));
            }
            return;
        }
        String word = line.substring(0, space).toLowerCase(Locale.ROOT);
        if (WITH_FILES.stream().anyMatch(command -> command.word().equals(word))) {
            files(line.substring(0, space + 1), line.substring(space + 1), candidates);
        }
    }

    /** What a folder holds that begins as {@code typed} does, behind the command; hidden files only where the name begins with a dot. */
    private static void files(String command, String typed, List<Candidate> candidates) {
        int cut = typed.lastIndexOf('/') + 1;
        String folder = typed.substring(0, cut);
        String begin = typed.substring(cut);
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory(folder))) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                if (!name.startsWith(begin) || (name.startsWith(".") && begin.isEmpty())) {
                    continue;
                }
                boolean isFolder = Files.isDirectory(entry);
                String value = command + folder + name + (isFolder ? "/" : "");
                candidates.add(new Candidate(value, name, null, null, isFolder ? "" : null, null, !isFolder));
                if (candidates.size() >= MOST_FILES) {
                    return;
                }
            }
        } catch (IOException | InvalidPathException e) {
            // Nothing to offer: what is wrong with the name is said when it is used.
        }
    }

    private static Path directory(String folder) {
        if (folder.startsWith("~/")) {
            return Path.of(System.getProperty("user.home")).resolve(folder.substring(2));
        }
        return Path.of(folder.isEmpty() ? "." : folder);
    }
}
