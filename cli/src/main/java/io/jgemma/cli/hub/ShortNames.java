package io.jgemma.cli.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;

/** Short names of models that are known to run, from {@code short-names.properties}. */
public final class ShortNames {
    private ShortNames() {}

    /**
     * A model that is known to run.
     *
     * @param name what it is called
     * @param source where it is
     * @param size of its file, for people
     * @param licence its licence, for people
     */
    public record Entry(String name, String source, String size, String licence) {}

    /** All of them, by name. */
    public static List<Entry> all() {
        Properties properties = new Properties();
        try (InputStream stream = ShortNames.class.getResourceAsStream("short-names.properties")) {
            if (stream == null) {
                throw new IllegalStateException("short-names.properties is not in the jar");
            }
            Reader reader = new InputStreamReader(stream, StandardCharsets.UTF_8);
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Entry> entries = new ArrayList<>();
        for (String name : properties.stringPropertyNames()) {
            String[] fields = properties.getProperty(name).split("\\s*\\|\\s*", 3);
            entries.add(new Entry(name, fields[0], fields[1], fields[2]));
        }
        entries.sort(Comparator.comparing(Entry::name));
        return entries;
    }

    /** What a short name stands for. */
    static Optional<String> source(String name) {
        return all().stream()
                .filter(entry -> entry.name().equals(name))
                .map(Entry::source)
                .findFirst();
    }

    /** The short name that is spelled with the same letters and digits, or begins with them: {@code gemma3:4b} is gemma-3-4b. */
    public static Optional<String> like(String name) {
        String wanted = letters(name);
        return wanted.isEmpty()
                ? Optional.empty()
                : all().stream()
                        .map(Entry::name)
                        .filter(known -> letters(known).startsWith(wanted))
                        .findFirst();
    }

    private static String letters(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }
}
