package io.jgemma.server.models;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The GGUF files in a folder: whole files, the first part of split ones, and no projectors. */
public final class ModelDirectory {
    private static final Pattern LATER_PART = Pattern.compile(".*-(?!0*1-of-)[0-9]+-of-[0-9]+\\.gguf");
    private static final Pattern FIRST_PART = Pattern.compile("-0*1-of-[0-9]+$");

    private ModelDirectory() {}

    /** The files, by name. */
    public static List<Path> files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> isModel(file.getFileName().toString().toLowerCase(Locale.ROOT)))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isModel(String name) {
        return name.endsWith(".gguf")
                && !name.startsWith("mmproj")
                && !LATER_PART.matcher(name).matches();
    }

    /** What clients call a file: its name without {@code .gguf} and the number of the part. */
    public static String name(Path file) {
        String name = file.toAbsolutePath().normalize().getFileName().toString();
        String bare = name.toLowerCase(Locale.ROOT).endsWith(".gguf") ? name.substring(0, name.length() - 5) : name;
        return FIRST_PART.matcher(bare).replaceFirst("");
    }

    /** When a file was last changed, in seconds since 1970. */
    public static long created(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant().getEpochSecond();
        } catch (IOException e) {
            return 0;
        }
    }
}
