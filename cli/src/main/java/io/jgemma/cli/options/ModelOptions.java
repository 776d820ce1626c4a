package io.jgemma.cli.options;

import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which model: {@code -m FILE}, or the first argument that is no option, or none for the embedded one. */
public final class ModelOptions {

    @Option(
            names = {"-m", "--model"},
            paramLabel = "FILE",
            description = "GGUF file; of a split one, any part. Default: the small model inside jgemma.")
    private @Nullable Path option;

    @Parameters(index = "0", arity = "0..1", paramLabel = "MODEL", description = "The same as -m FILE.")
    private @Nullable Path positional;

    /**
     * The file named, or empty when none is.
     *
     * @throws UsageException when two are
     * @throws CommandException when it is not there
     */
    public Optional<Path> file() {
        Path first = option;
        Path second = positional;
        if (first != null && second != null) {
            throw new UsageException("two models are named, '" + first + "' and '" + second + "'; name one");
        }
        Path file = first != null ? first : second;
        if (file == null) {
            return Optional.empty();
        }
        if (Files.isDirectory(file)) {
            throw new CommandException("'" + file + "' is a directory; name the GGUF file in it");
        }
        if (Files.notExists(file)) {
            throw new CommandException("there is no file '" + file + "'");
        }
        return Optional.of(file);
    }
}
