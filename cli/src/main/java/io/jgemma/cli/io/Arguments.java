package io.jgemma.cli.io;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Command-line arguments as they were typed. */
public final class Arguments {
    private static final char REPLACEMENT = '\uFFFD';

    private Arguments() {}

    /**
     * The arguments as they were typed. In the {@code C} locale Java replaces every byte beyond ASCII before
     * {@code main} sees it; Linux still holds the bytes in {@code /proc/self/cmdline}. On Windows the arguments come in the system's
     * code page, which lacks most letters; the system still has them in Unicode.
     *
     * @param given what {@code main} got
     */
    public static String[] repaired(String[] given) {
        if (WindowsConsole.isHere()) {
            return repaired(given, WindowsConsole.commandLine());
        }
        if (!damaged(given)) {
            return given;
        }
        try {
            return repaired(given, Files.readAllBytes(Path.of("/proc/self/cmdline")));
        } catch (IOException e) {
            return given;
        }
    }

    /** The last of {@code commandLine}'s zero-terminated strings, as many as were given. */
    static String[] repaired(String[] given, byte[] commandLine) {
        List<String> all = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < commandLine.length; i++) {
            if (commandLine[i] == 0) {
                all.add(new String(commandLine, start, i - start, StandardCharsets.UTF_8));
                start = i + 1;
            }
        }
        return all.size() < given.length
                ? given
                : all.subList(all.size() - given.length, all.size()).toArray(String[]::new);
    }

    /**
     * The last of the command line's words, as many as were given, if they are the same arguments: those without letters beyond
     * ASCII must be equal. They are not where the JVM itself has expanded a pattern of file names.
     */
    static String[] repaired(String[] given, List<String> commandLine) {
        if (commandLine.size() < given.length) {
            return given;
        }
        List<String> last = commandLine.subList(commandLine.size() - given.length, commandLine.size());
        for (int i = 0; i < given.length; i++) {
            boolean plain = last.get(i).chars().allMatch(each -> each < 128);
            if (plain && !last.get(i).equals(given[i])) {
                return given;
            }
        }
        return last.toArray(String[]::new);
    }

    private static boolean damaged(String[] given) {
        for (String argument : given) {
            if (argument.indexOf(REPLACEMENT) >= 0) {
                return true;
            }
        }
        return false;
    }
}
