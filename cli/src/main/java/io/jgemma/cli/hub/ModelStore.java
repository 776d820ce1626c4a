package io.jgemma.cli.hub;

import io.jgemma.cli.io.CommandException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The folder of pulled models: {@code owner/repository/FILE.gguf}, as in the repository, and {@code web/HOST/FILE.gguf} for what came from other servers. The folder
 * is all there is: a file that someone puts there is a model, too.
 */
public final class ModelStore {
    private static final String WEB = "web";
    private static final String ENDING = ".gguf";

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
        for (String variable : List.of("XDG_DATA_HOME", "LOCALAPPDATA")) {
            String data = environment.getOrDefault(variable, "");
            if (!data.isEmpty() && Path.of(data).isAbsolute()) {
                return new ModelStore(Path.of(data, "jgemma", "models"));
            }
        }
        return new ModelStore(
                home.resolve(".local").resolve("share").resolve("jgemma").resolve("models"));
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
        Map<Path, List<Path>> byStem = new TreeMap<>();
        for (Path file : files()) {
            if (!FileChoice.isProjector(file.toString())) {
                byStem.computeIfAbsent(Path.of(FileChoice.stem(file.toString())), _ -> new ArrayList<>())
                        .add(file);
            }
        }
        List<Model> models = new ArrayList<>();
        byStem.forEach((stem, parts) -> models.add(model(stem, parts)));
        models.sort(java.util.Comparator.comparing(Model::name).thenComparing(Model::from));
        return models;
    }

    private Model model(Path stem, List<Path> parts) {
        Path folder = folder(parts.getFirst());
        Optional<Path> projector = files().stream()
                .filter(file -> folder.equals(folder(file)) && FileChoice.isProjector(file.toString()))
                .findFirst();
        return new Model(
                stem.getFileName().toString(),
                root.toAbsolutePath().relativize(folder).toString().replace('\\', '/'),
                parts,
                projector);
    }

    private static Path folder(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file is in a folder");
    }

    private List<Path> files() {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(file -> file.getFileName()
                                    .toString()
                                    .toLowerCase(Locale.ROOT)
                                    .endsWith(ENDING)
                            && Files.isRegularFile(file))
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
        Path folder = folder(model.parts().getFirst());
        for (Path file : model.parts()) {
            Files.delete(file);
        }
        if (models().stream()
                .noneMatch(other -> folder.equals(folder(other.parts().getFirst())))) {
            if (model.projector().isPresent()) {
                Files.delete(model.projector().get());
            }
        }
        Path top = root.toAbsolutePath();
        for (Path at = folder;
                at != null && at.startsWith(top) && !at.equals(top) && isEmpty(at);
                at = at.getParent()) {
            Files.delete(at);
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }
}
