package io.jgemma.cli.bench;

import io.jgemma.cli.hub.Puller;
import io.jgemma.cli.hub.TokenOption;
import io.jgemma.cli.io.Console;
import io.jgemma.cli.options.ModelOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which models are measured, one after the other. */
final class BenchModels {

    @Option(
            names = {"-m", "--model"},
            paramLabel = "FILE",
            description =
                    "GGUF file, or the name of a pulled model. May be repeated. Default: the small model inside jgemma.")
    private List<String> files = List.of();

    @Parameters(paramLabel = "MODEL", description = "The same as -m FILE.")
    private List<String> positional = List.of();

    @Option(
            names = {"-hf", "-hfr", "--hf-repo"},
            paramLabel = "REPO[:QUANT]",
            description = "A repository of Hugging Face, fetched first where it is not here. May be repeated.")
    private List<String> repositories = List.of();

    @Option(
            names = {"-hff", "--hf-file"},
            paramLabel = "FILE",
            description = "The file of the repository of -hf that is meant.")
    private List<String> repositoryFiles = List.of();

    @Option(names = "--offline", description = "Fetch nothing: -hf names what was fetched before.")
    private boolean offline;

    @Mixin
    private TokenOption token = new TokenOption();

    /** The files, in order; one empty element stands for the embedded model. */
    List<Optional<Path>> paths(Console console) {
        List<Optional<Path>> paths = new ArrayList<>();
        for (String name : positional) {
            paths.add(Optional.of(ModelOptions.existing(console, name)));
        }
        for (String name : files) {
            paths.add(Optional.of(ModelOptions.existing(console, name)));
        }
        for (int i = 0; i < repositories.size(); i++) {
            Optional<String> file = i < repositoryFiles.size() ? Optional.of(repositoryFiles.get(i)) : Optional.empty();
            paths.add(Optional.of(Puller.fetched(console, repositories.get(i), file, token.token(), offline)));
        }
        return paths.isEmpty() ? List.of(Optional.empty()) : paths;
    }
}
