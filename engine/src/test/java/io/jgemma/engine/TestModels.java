package io.jgemma.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds model files that are too large for the repository. They lie in the folder {@code shared} beside the repository and
 * in {@code $JGEMMA_MODELS} (by default {@code ~/.cache/jgemma/models}); tests that need one are skipped where it is absent.
 */
public final class TestModels {
    private TestModels() {}

    /** A file or folder in {@code shared}, for example {@code models/real/gemma-3-270m-q4_0.gguf}. */
    public static Optional<Path> shared(String path) {
        return repository()
                .map(root -> root.resolveSibling("shared").resolve(path))
                .filter(Files::exists);
    }

    /** A file in the cache of models, by its name. */
    public static Optional<Path> cached(String file) {
        return Optional.of(cache().resolve(file)).filter(Files::exists);
    }

    /** A model by its file's name, wherever it lies. */
    public static Optional<Path> find(String file) {
        return all().stream()
                .filter(path -> path.getFileName().toString().equals(file))
                .findFirst();
    }

    /** Every GGUF file there is, in a fixed order. */
    public static List<Path> all() {
        List<Path> files = new ArrayList<>();
        shared("fixtures/tiny").ifPresent(folder -> addFiles(folder, files));
        shared("models").ifPresent(folder -> addFiles(folder, files));
        cached("").ifPresent(folder -> addFiles(folder, files));
        return Collections.unmodifiableList(files);
    }

    private static void addFiles(Path folder, List<Path> files) {
        try (Stream<Path> tree = Files.walk(folder)) {
            tree.filter(path -> path.toString().endsWith(".gguf"))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .forEach(files::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path cache() {
        String folder = System.getenv("JGEMMA_MODELS");
        return folder == null || folder.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache", "jgemma", "models")
                : Path.of(folder);
    }

    /** The folder above the working directory that Maven starts from. */
    private static Optional<Path> repository() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve(".mvn"))) {
                return Optional.of(folder);
            }
        }
        return Optional.empty();
    }
}
