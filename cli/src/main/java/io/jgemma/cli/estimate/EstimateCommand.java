package io.jgemma.cli.estimate;

import io.jgemma.cli.hub.Puller;
import io.jgemma.cli.hub.RemoteHeader;
import io.jgemma.cli.hub.TokenOption;
import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.Sizes;
import io.jgemma.cli.io.UsageException;
import io.jgemma.cli.options.BatchOptions;
import io.jgemma.cli.options.KvOptions;
import io.jgemma.cli.options.RuntimeOptions;
import io.jgemma.cli.options.SizeConverter;
import io.jgemma.engine.Engine;
import io.jgemma.engine.gguf.GgufFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Whether a model will run: what it takes, before it is fetched or loaded. */
@Command(
        name = "estimate",
        description = "Say what a model takes, whether it fits, and how fast it can be; only its header is read.",
        abbreviateSynopsis = true)
public final class EstimateCommand implements Callable<Integer> {
    private static final int EXIT_DOES_NOT_FIT = 1;

    private final Console console;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "FILE",
            description = "GGUF file, the name of a pulled model, or a model that could be pulled: a short name,"
                    + " hf:OWNER/REPOSITORY[:QUANT] or an address. Default: the small model inside jgemma.")
    private @Nullable String option;

    @Parameters(index = "0", arity = "0..1", paramLabel = "MODEL", description = "The same as -m FILE.")
    private @Nullable String positional;

    @Option(
            names = {"-hf", "-hfr", "--hf-repo"},
            paramLabel = "REPO[:QUANT]",
            description = "A repository of Hugging Face.")
    private @Nullable String repository;

    @Mixin
    private TokenOption token = new TokenOption();

    @Option(
            names = {"-mm", "--mmproj"},
            paramLabel = "FILE",
            description = "GGUF file of the vision tower. Default: mmproj*.gguf beside the model, if one fits.")
    private @Nullable Path projector;

    @Mixin
    private ShapeOptions shape = new ShapeOptions();

    @Option(
            names = {"-c", "--ctx-size"},
            paramLabel = "N",
            defaultValue = "0",
            converter = SizeConverter.class,
            description = "Tokens of context; 0 = what the model was trained for. Default: ${DEFAULT-VALUE}.")
    private int contextTokens;

    @Mixin
    private BatchOptions batch = new BatchOptions();

    @Mixin
    private KvOptions kv = new KvOptions();

    @Mixin
    private MachineOptions machine = new MachineOptions();

    @Option(
            names = "--guide",
            description = "Print the table of FlowDown's guide to local deployment, with its own figures beside.")
    private boolean guide;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Option(names = "--svg", paramLabel = "FILE", description = "Draw it as well: stacked bars, and a line of memory.")
    private @Nullable Path svg;

    public EstimateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (contextTokens < 0) {
            throw new UsageException("-c " + contextTokens + " makes no sense; 0 stands for the model's own context");
        }
        RuntimeOptions.checked(contextTokens);
        if (guide) {
            console.out().print(GuideTable.text()).flush();
            draw(Charts.guide());
            return 0;
        }
        Estimator estimator = new Estimator(machine, kv, batch, contextTokens);
        Estimate estimate = estimate(estimator);
        console.out()
                .print(json ? EstimateJson.of(estimate) + "\n" : EstimateText.of(estimate))
                .flush();
        return estimate.fits() ? 0 : EXIT_DOES_NOT_FIT;
    }

    private Estimate estimate(Estimator estimator) throws IOException {
        List<String> named = Stream.of(option, positional, repository)
                .filter(Objects::nonNull)
                .toList();
        if (named.size() > 1 || (!named.isEmpty() && shape.given())) {
            throw new UsageException("one model is estimated at a time; name one, or describe one with --params");
        }
        if (shape.given()) {
            try (ShapeFile file = ShapeFile.of(shape.shape(), shape.type())) {
                return drawn(estimator, estimator.of(file.file(), tower()), file.file());
            }
        }
        Optional<String> name = named.stream().findFirst();
        Optional<Path> here = name.flatMap(this::here);
        if (name.isPresent() && here.isEmpty()) {
            return remote(estimator, name.get());
        }
        try (GgufFile file = Engine.openFile(here.orElse(null));
                Tower tower = here.isPresent() && projector == null ? Tower.beside(here.get(), file) : tower()) {
            return drawn(estimator, estimator.of(file, tower), file);
        }
    }

    private Tower tower() {
        return projector == null ? Tower.NONE : Tower.of(projector);
    }

    private Estimate remote(Estimator estimator, String name) throws IOException {
        try (RemoteHeader header = RemoteHeader.open(console, name, token.token())) {
            console.note("read " + Sizes.bytes(header.fetchedBytes()) + " of " + name);
            Tower tower =
                    projector == null ? header.projector().map(Tower::counted).orElse(Tower.NONE) : tower();
            return drawn(estimator, estimator.of(header.model(), tower), header.model());
        }
    }

    private Estimate drawn(Estimator estimator, Estimate estimate, GgufFile file) throws IOException {
        if (svg != null) {
            draw(Charts.of(estimator, estimate, file));
        }
        return estimate;
    }

    /** The file of a model that is on this machine. */
    private Optional<Path> here(String name) {
        if (name.equals(repository)) {
            return Puller.store(console).find(name).map(model -> model.parts().getFirst());
        }
        Optional<Path> file = path(name).filter(Files::exists);
        if (file.isPresent() || (name.endsWith(".gguf") && !name.contains("://"))) {
            return Optional.of(file.orElseThrow(() -> new CommandException("there is no file '" + name + "'")));
        }
        return Puller.store(console).find(name).map(model -> model.parts().getFirst());
    }

    private static Optional<Path> path(String name) {
        try {
            return Optional.of(Path.of(name));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private void draw(BarChart chart) throws IOException {
        if (svg != null) {
            Files.writeString(svg, chart.svg(), StandardCharsets.UTF_8);
            console.note("drawn in '" + svg + "'");
        }
    }
}
