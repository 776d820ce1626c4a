package io.jgemma.cli.io;

import java.nio.file.Path;
import java.util.Map;

/** A folder for the files of one user, of one kind (XDG base directories). */
public final class BaseDirectory {
    private BaseDirectory() {}

    /**
     * {@code $variable/jgemma}, else {@code %LOCALAPPDATA%\jgemma} where Windows sets it, else {@code usual/jgemma}.
     *
     * @param variable names the folder; counts where its value is absolute
     * @param usual the folder where nothing is set
     */
    public static Path of(Map<String, String> environment, String variable, Path usual) {
        String named = environment.getOrDefault(variable, "");
        if (!named.isEmpty() && Path.of(named).isAbsolute()) {
            return Path.of(named).resolve("jgemma");
        }
        String local = environment.getOrDefault("LOCALAPPDATA", "");
        return (local.isEmpty() ? usual : Path.of(local)).resolve("jgemma");
    }
}
