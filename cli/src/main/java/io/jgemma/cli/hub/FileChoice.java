package io.jgemma.cli.hub;

import io.jgemma.cli.io.CommandException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which of a repository's files are meant: those of one quantization, all parts of a split model, and a projector for pictures. */
final class FileChoice {
    private static final String ENDING = ".gguf";
    private static final Pattern PART = Pattern.compile("(.*)-\\d{5}-of-\\d{5}\\.gguf");
    private static final Pattern QUANT =
            Pattern.compile("(?i)(?:^|[-._/])((?:UD-)?(?:I?Q\\d\\w*|B?F16|F32|MXFP4\\w*))(?=[-.]|$)");

    /** What is taken where nothing is said, best first. */
    private static final List<String> USUAL = List.of("Q4_K_M", "Q4_0", "Q8_0", "F16", "BF16");

    private static final List<String> PROJECTORS = List.of("F16", "BF16", "Q8_0", "F32");

    private FileChoice() {}

    /** Whether a file's name is that of a GGUF file. */
    static boolean isGguf(String path) {
        return path.toLowerCase(Locale.ROOT).endsWith(ENDING);
    }

    /** Whether a file is a projector, which turns pictures into rows of a model. */
    static boolean isProjector(String path) {
        return path.substring(path.lastIndexOf('/') + 1)
                .toLowerCase(Locale.ROOT)
                .contains("mmproj");
    }

    /** A file's path without {@code .gguf} and the number of its part. */
    private static String stem(String path) {
        Matcher part = PART.matcher(path);
        return part.matches() ? part.group(1) : path.substring(0, path.length() - ENDING.length());
    }

    /**
     * The parts of the model that is meant, in order.
     *
     * @param paths files of the repository
     * @param quant a quantization or a file's name
     * @param where the repository, for messages
     * @throws CommandException when none or several are meant
     */
    static List<String> model(Collection<String> paths, Optional<String> quant, String where) {
        Map<String, List<String>> models = models(paths);
        if (models.isEmpty()) {
            throw new CommandException(where + " has no GGUF file; a repository with GGUF files often ends in -GGUF");
        }
        if (quant.isPresent()) {
            return named(models, quant.get(), where);
        }
        if (models.size() == 1) {
            return models.values().iterator().next();
        }
        for (String usual : USUAL) {
            List<List<String>> found = matching(models, usual);
            if (found.size() == 1) {
                return found.getFirst();
            }
        }
        throw new CommandException(where + " has several models; say which, e.g. " + where + ":"
                + quants(models).getFirst() + " (" + String.join(", ", quants(models)) + ")");
    }

    /** The models among files: the parts of each in order, by what their names begin with. */
    static Map<String, List<String>> models(Collection<String> paths) {
        Map<String, List<String>> models = new TreeMap<>();
        paths.stream()
                .filter(path -> isGguf(path) && !isProjector(path))
                .sorted()
                .forEach(path -> models.computeIfAbsent(stem(path), _ -> new ArrayList<>())
                        .add(path));
        return models;
    }

    private static List<String> named(Map<String, List<String>> models, String wanted, String where) {
        for (List<String> parts : models.values()) {
            for (String path : parts) {
                if (path.equals(wanted) || path.endsWith("/" + wanted)) {
                    return parts;
                }
            }
        }
        List<List<String>> found = matching(models, wanted);
        if (found.size() == 1) {
            return found.getFirst();
        }
        String what = found.isEmpty() ? "no model" : "several models";
        throw new CommandException(where + " has " + what + " '" + wanted + "'; there are "
                + String.join(
                        ", ",
                        found.isEmpty()
                                ? quants(models)
                                : found.stream().map(List::getFirst).toList()));
    }

    private static List<List<String>> matching(Map<String, List<String>> models, String quant) {
        return models.entrySet().stream()
                .filter(model -> quant(model.getKey()).equalsIgnoreCase(quant))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** The quantization that a name says, as it spells it; empty if none. */
    static String quant(String stem) {
        Matcher matcher = QUANT.matcher(stem);
        String last = "";
        while (matcher.find()) {
            last = matcher.group(1);
        }
        return last;
    }

    private static List<String> quants(Map<String, List<String>> models) {
        return models.keySet().stream()
                .map(stem -> quant(stem).isEmpty() ? stem + ENDING : quant(stem))
                .distinct()
                .toList();
    }

    /** The projector to take along, if there is one. */
    static Optional<String> projector(Collection<String> paths) {
        List<String> all = paths.stream()
                .filter(path -> isGguf(path) && isProjector(path))
                .sorted()
                .toList();
        for (String type : PROJECTORS) {
            for (String path : all) {
                if (quant(stem(path)).equalsIgnoreCase(type)) {
                    return Optional.of(path);
                }
            }
        }
        return all.stream().findFirst();
    }
}
