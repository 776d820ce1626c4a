package io.jgemma.cli.hub;

import io.jgemma.cli.io.BaseDirectory;
import io.jgemma.cli.io.CommandException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder of pulled models: {@code owner/repository/FILE.gguf}, as in the repository, and {@code web/HOST/FILE.gguf} for what came from other servers. The folder
 * is all there is: a file that someone puts there is a model, too.
 */
public final class ModelStore {
    private static final String WEB = "web";

    private final Path root;

    /**
     * A model in the folder.
     *
     * @param name what it is called on the command line: its file's name without {@code .gguf} and number of a part
     * @param from owner and repository, or {@code web/HOST}
     * @param parts its files, the first one first
     * @param projector what makes it see pictures, where one lies beside it
     */
    public record Model(String name, String from, List<Path> parts, Optional<Path> projector) {
        public Model {
            parts = List.copyOf(parts);
        }

        /** Bytes of all its files but the projector. */
        public long bytes() {
            return parts.stream().mapToLong(ModelStore::size).sum();
        }
    }

    public ModelStore(Path root) {
        this.root = root;
    }

    /**
     * {@code $JGEMMA_MODELS}, else {@code $XDG_DATA_HOME/jgemma/models}, else {@code %LOCALAPPDATA%\jgemma\models} where Windows sets it, else
     * {@code ~/.local/share/jgemma/models} (XDG base directories).
     */
    public static ModelStore of(Map<String, String> environment, Path home) {
        String own = environment.getOrDefault("JGEMMA_MODELS", "");
        if (!own.isBlank()) {
            return new ModelStore(Path.of(own));
        }
        Path usual = home.resolve(".local").resolve("share");
        return new ModelStore(
                BaseDirectory.of(environment, "XDG_DATA_HOME", usual).resolve("models"));
    }

    public Path root() {
        return root;
    }

    /** Where the files of a source lie. */
    Path folder(ModelSource source) {
        return switch (source) {
            case ModelSource.Repository repository ->
                root.resolve(repository.owner()).resolve(repository.name());
            case ModelSource.WebFile file ->
                root.resolve(WEB).resolve(file.address().getHost().toLowerCase(Locale.ROOT));
        };
    }

    /** All models, by name. */
    public List<Model> models() {
        List<String> files = files();
        List<Model> models = new ArrayList<>();
        FileChoice.models(files).forEach((stem, parts) -> models.add(model(stem, parts, files)));
        models.sort(Comparator.comparing(Model::name).thenComparing(Model::from));
        return models;
    }

    private Model model(String stem, List<String> parts, List<String> files) {
        String from = folder(stem);
        return new Model(
                from.isEmpty() ? stem : stem.substring(from.length() + 1),
                from,
                parts.stream().map(root::resolve).toList(),
                files.stream()
                        .filter(file ->
                                FileChoice.isProjector(file) && folder(file).equals(from))
                        .findFirst()
                        .map(root::resolve));
    }

    private static String folder(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    /** The GGUF files, their paths from the folder on with {@code /}. */
    private List<String> files() {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString().replace('\\', '/'))
                    .filter(FileChoice::isGguf)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The model that a person means: by its name, or as {@code [hf:]owner/repository[:quant]}.
     *
     * @throws CommandException when several are meant
     */
    public Optional<Model> find(String name) {
        List<Model> found = models().stream()
                .filter(model -> model.name().equalsIgnoreCase(name))
                .toList();
        if (found.size() > 1) {
            throw new CommandException("several models are called '" + name + "': "
                    + String.join(", ", found.stream().map(Model::from).toList()) + "; write owner/repository:quant");
        }
        if (found.size() == 1 || !ModelSource.REPOSITORY.matcher(name).matches()) {
            return found.stream().findFirst();
        }
        return ModelSource.parse(name) instanceof ModelSource.Repository repository
                ? find(repository)
                : Optional.empty();
    }

    /**
     * The same, which must be here.
     *
     * @throws CommandException when it is not, or several are meant
     */
    Model require(String name) {
        return find(name)
                .orElseThrow(() ->
                        new CommandException("there is no model '" + name + "' in '" + root + "'; see jgemma list"));
    }

    /** The model of a repository, if it is here. */
    Optional<Model> find(ModelSource.Repository repository) {
        List<Model> here = models().stream()
                .filter(model ->
                        model.from().equals(repository.id()) || model.from().startsWith(repository.id() + "/"))
                .toList();
        List<String> paths = here.stream()
                .flatMap(model -> model.parts().stream())
                .map(Path::toString)
                .toList();
        if (paths.isEmpty()) {
            return Optional.empty();
        }
        try {
            String first = FileChoice.model(paths, repository.quant(), repository.toString())
                    .getFirst();
            return here.stream()
                    .filter(model -> model.parts().getFirst().toString().equals(first))
                    .findFirst();
        } catch (CommandException _) {
            return Optional.empty(); // Another quantization is here.
        }
    }

    /** Removes a model, its projector if no other model is beside it, and folders that are empty then. */
    public void remove(Model model) throws IOException {
        for (Path file : model.parts()) {
            Files.delete(file);
        }
        boolean alone = models().stream().noneMatch(other -> other.from().equals(model.from()));
        if (alone && model.projector().isPresent()) {
            Files.delete(model.projector().get());
        }
        for (Path at = root.resolve(model.from()); at != null && !at.equals(root) && isEmpty(at); at = at.getParent()) {
            Files.delete(at);
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }
}
