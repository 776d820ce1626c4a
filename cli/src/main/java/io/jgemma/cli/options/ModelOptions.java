package io.jgemma.cli.options;

import io.jgemma.cli.hub.Puller;
import io.jgemma.cli.hub.ShortNames;
import io.jgemma.cli.hub.TokenOption;
import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.UsageException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which model: {@code -m FILE}, the first argument that is no option, {@code -hf}, or none for the embedded one. */
public final class ModelOptions {

    @Option(
            names = {"-m", "--model"},
            paramLabel = "FILE",
            description = "GGUF file; of a split one, any part; or the name of a pulled model (jgemma list)."
                    + " Default: the small model inside jgemma.")
    private @Nullable String option;

    @Parameters(index = "0", arity = "0..1", paramLabel = "MODEL", description = "The same as -m FILE.")
    private @Nullable String positional;

    @Option(
            names = {"-hf", "-hfr", "--hf-repo"},
            paramLabel = "REPO[:QUANT]",
            description = "A repository on Hugging Face; downloaded first if necessary (jgemma pull).")
    private @Nullable String repository;

    @Option(
            names = {"-hff", "--hf-file"},
            paramLabel = "FILE",
            description = "The file of the repository of -hf that is meant.")
    private @Nullable String repositoryFile;

    @Option(names = "--offline", description = "Fetch nothing: -hf names what was fetched before.")
    private boolean offline;

    @Mixin
    private TokenOption token = new TokenOption();

    /**
     * The file named, or empty when none is.
     *
     * @param console where to tell of what is fetched first
     * @throws UsageException when two are
     * @throws CommandException when it is not there
     */
    public Optional<Path> file(Console console) {
        List<String> named = Stream.of(option, positional, repository)
                .filter(Objects::nonNull)
                .toList();
        if (named.size() > 1) {
            throw new UsageException(
                    "two models are named, '" + named.get(0) + "' and '" + named.get(1) + "'; name one");
        }
        if (repository != null) {
            return Optional.of(
                    Puller.fetched(console, repository, Optional.ofNullable(repositoryFile), token.token(), offline));
        }
        return named.stream().findFirst().map(name -> existing(console, name));
    }

    /** Whether a model is named. */
    public boolean isNamed() {
        return option != null || positional != null || repository != null;
    }

    /**
     * What stands in the model's place and is no model: a text behind {@code -m} or {@code -hf}, or a sentence that no file is
     * called. It is taken away.
     */
    public Optional<String> takeText() {
        String word = positional;
        boolean named = option != null || repository != null;
        if (word == null
                || !(named
                        || (word.contains(" ")
                                && path(word).filter(Files::exists).isEmpty()))) {
            return Optional.empty();
        }
        positional = null;
        return Optional.of(word);
    }

    /**
     * The file of a name that {@code -m} takes.
     *
     * @throws CommandException when it is not there
     */
    public static Path existing(Console console, String name) {
        Optional<Path> file = path(name);
        if (file.isPresent() && Files.isDirectory(file.get())) {
            throw new CommandException("'" + name + "' is a directory; name the GGUF file in it");
        }
        if (file.isPresent() && Files.exists(file.get())) {
            return file.get();
        }
        return Puller.store(console)
                .find(name)
                .map(model -> model.parts().getFirst())
                .orElseThrow(() -> new CommandException("there is no file '" + name + "'" + hint(name)));
    }

    private static String hint(String name) {
        if (name.endsWith(".gguf")) {
            return "";
        }
        return ", and no model of this name was pulled; "
                + ShortNames.like(name)
                        .map(known -> "jgemma pull " + known + " fetches one")
                        .orElse("see jgemma list and jgemma pull");
    }

    private static Optional<Path> path(String name) {
        try {
            return Optional.of(Path.of(name));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
