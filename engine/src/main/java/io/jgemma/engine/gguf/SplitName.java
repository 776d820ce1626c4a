package io.jgemma.engine.gguf;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of one part of a split model: {@code PREFIX-00002-of-00005.gguf} is the second of five.
 *
 * @param folder where the parts lie: any path whose siblings they are
 * @param count 1 to 99,999
 */
record SplitName(Path folder, String prefix, int count) {
    private static final Pattern NAME = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf", Pattern.DOTALL);

    /** Reads the name of any part; empty if it is not the name of a part. */
    static Optional<SplitName> parse(Path path) {
        Path name = path.getFileName();
        if (name == null) {
            return Optional.empty();
        }
        Matcher matcher = NAME.matcher(name.toString());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int number = Integer.parseInt(matcher.group(2));
        int count = Integer.parseInt(matcher.group(3));
        return number < 1 || number > count
                ? Optional.empty()
                : Optional.of(new SplitName(path, matcher.group(1), count));
    }

    /** The file of part {@code index}, counted from 0. */
    Path part(int index) {
        return folder.resolveSibling(String.format("%s-%05d-of-%05d.gguf", prefix, index + 1, count));
    }
}
