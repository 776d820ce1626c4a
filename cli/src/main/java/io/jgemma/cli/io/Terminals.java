package io.jgemma.cli.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Tells whether a standard stream is a terminal. */
final class Terminals {
    private Terminals() {}

    /**
     * True when file descriptor 0, 1 or 2 is a terminal. Linux tells by the name behind the descriptor, Windows by whether it is a
     * console; elsewhere Java only knows whether input and output both are, which then stands for all three.
     */
    static boolean isTerminal(int descriptor) {
        if (WindowsConsole.isHere()) {
            return WindowsConsole.isConsole(descriptor);
        }
        Path links = Path.of("/proc/self/fd");
        if (Files.isDirectory(links)) {
            return isTerminalName(nameOf(links.resolve(Integer.toString(descriptor))));
        }
        return Optional.ofNullable(System.console())
                .map(java.io.Console::isTerminal)
                .orElse(false);
    }

    /**
     * Whether a standard stream was closed when the process began, so that a file of Java's own got its number. Reading that
     * would be no input.
     */
    static boolean isTakenByJava(int descriptor) {
        if (WindowsConsole.isHere()) {
            return false; // descriptors there are not numbered by the next file that is opened
        }
        String name = nameOf(Path.of("/proc/self/fd", Integer.toString(descriptor)));
        return isTakenByJava(name, System.getProperty("java.home"), System.getProperty("java.class.path"));
    }

    static boolean isTakenByJava(String name, String home, String classPath) {
        return !name.isEmpty()
                && (name.startsWith(home + "/")
                        || List.of(classPath.split(":", -1)).contains(name));
    }

    static boolean isTerminalName(String name) {
        return name.startsWith("/dev/pts/") || name.startsWith("/dev/tty") || name.equals("/dev/console");
    }

    private static String nameOf(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "";
        }
    }
}
