package io.jgemma.cli.io;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;

/** Where a user's state lives between two runs. What a person typed is nobody else's business: 0700 and 0600. */
public final class StateDirectory {
    private StateDirectory() {}

    /**
     * {@code $XDG_STATE_HOME/jgemma}, else {@code %LOCALAPPDATA%\jgemma} where Windows sets it, else
     * {@code ~/.local/state/jgemma} (XDG base directories).
     *
     * @param home the user's home directory
     */
    public static Path of(Map<String, String> environment, Path home) {
        return BaseDirectory.of(
                environment, "XDG_STATE_HOME", home.resolve(".local").resolve("state"));
    }

    /** Makes {@code name} in {@code directory} if it is not there, readable and writable by its owner alone. */
    public static Path privateFile(Path directory, String name) throws IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve(name);
        if (Files.notExists(file)) {
            createPrivate(file);
        }
        if (hasPosixModes()) {
            Files.setPosixFilePermissions(file, ownerOnly());
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
        return file;
    }

    /** Makes an empty file that only its owner can read and write, where the system has such modes. */
    public static void createPrivate(Path file) throws IOException {
        if (hasPosixModes()) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(ownerOnly()));
        } else {
            Files.createFile(file);
        }
    }

    private static boolean hasPosixModes() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    }

    private static Set<java.nio.file.attribute.PosixFilePermission> ownerOnly() {
        return PosixFilePermissions.fromString("rw-------");
    }
}
