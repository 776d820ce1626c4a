package io.jgemma.cli.io;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A folder for the files of one user, of one kind (XDG base directories). */
public final class BaseDirectory {
    private BaseDirectory() {}

    /**
     * {@code $variable/jgemma}, else {@code %LOCALAPPDATA%\jgemma} where Windows sets it, else {@code usual/jgemma}.
     *
     * @param variable names the folder; it and Windows' count where their value is absolute
     * @param usual the folder where nothing is set
     */
    public static Path of(Map<String, String> environment, String variable, Path usual) {
        for (String name : List.of(variable, "LOCALAPPDATA")) {
            String value = environment.getOrDefault(name, "");
            if (!value.isEmpty() && Path.of(value).isAbsolute()) {
                return Path.of(value).resolve("jgemma");
            }
        }
        return usual.resolve("jgemma");
    }
}
