package io.jgemma.cli.serve;

import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.UsageException;
import io.jgemma.cli.options.ByteSizeConverter;
import io.jgemma.cli.options.SamplingOptions;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.server.models.ModelDefinition;
import io.jgemma.server.models.ModelDirectory;
import io.jgemma.server.models.ModelFile;
import io.jgemma.server.models.Stay;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which models are served. */
public final class ServedModels {
    /** Of the machine's memory, what models may take where nothing is said. */
    private static final double SHARE = 0.85;

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Option(
            names = {"-a", "--alias"},
            paramLabel = "NAME",
            split = ",",
            description = "Name of the model for clients, further ones as aliases, * for any name. Default: the file's"
                    + " name.")
    private List<String> aliases = List.of();

    @Option(
            names = "--models-dir",
            paramLabel = "DIR",
            description = "Serve every GGUF file in a folder, loaded on first use.")
    private @Nullable Path directory;

    @Option(names = "--config", paramLabel = "FILE", description = "YAML file with models, see docs/server.md.")
    private @Nullable Path config;

    @Option(
            names = "--ttl",
            paramLabel = "TIME",
            description = "Unload a model that has been idle so long, e.g. 10m; -1 = never."
                    + " Default: 10m with --models-dir or --config, never with one model.")
    private @Nullable String ttl;

    @Option(
            names = "--models-memory",
            paramLabel = "BYTES",
            converter = ByteSizeConverter.class,
            description = "What loaded models may need together. Default: 85%% of the machine's memory.")
    private @Nullable Long memoryBytes;

    /** Whether models are loaded on first use instead of at the start. */
    boolean onDemand() {
        return directory != null || config != null;
    }

    /** What loaded models may need together. */
    long memoryBytes() {
        if (memoryBytes != null) {
            return memoryBytes;
        }
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? (long) (system.getTotalMemorySize() * SHARE)
                : Long.MAX_VALUE;
    }

    /**
     * The models.
     *
     * @param model the one named on the command line
     * @param options how a file is opened by the other options
     */
    List<ModelDefinition> definitions(Optional<Path> model, Function<Optional<Path>, EngineOptions> options) {
        if (directory != null && config != null) {
            throw new UsageException("--models-dir and --config are both given; give one of them");
        }
        if (onDemand() && model.isPresent()) {
            throw new UsageException("a model is named beside --models-dir or --config; put it there");
        }
        if (onDemand() && !aliases.isEmpty()) {
            throw new UsageException("--alias names one model; with --config, write aliases under the model");
        }
        UnaryOperator<SamplerOptions> samplers = sampling::over;
        SamplerOptions _ = samplers.apply(SamplerOptions.builder().build());
        if (directory != null) {
            return inDirectory(directory, options, samplers);
        }
        if (config != null) {
            return ModelFile.read(config, options, samplers, ttl(Optional.of(Duration.ofMinutes(10))));
        }
        return List.of(one(model, options, samplers));
    }

    private ModelDefinition one(
            Optional<Path> model,
            Function<Optional<Path>, EngineOptions> options,
            UnaryOperator<SamplerOptions> samplers) {
        String own = model.map(ModelDirectory::name).orElse("jgemma-demo");
        List<String> names = new ArrayList<>(aliases);
        if (names.isEmpty()) {
            names.add(own);
        }
        return new ModelDefinition(
                names.getFirst(),
                Set.copyOf(names.subList(1, names.size())),
                options.apply(model),
                samplers,
                ttl(Optional.empty()),
                model.map(ModelDirectory::created).orElse(0L));
    }

    private List<ModelDefinition> inDirectory(
            Path folder, Function<Optional<Path>, EngineOptions> options, UnaryOperator<SamplerOptions> samplers) {
        if (!Files.isDirectory(folder)) {
            throw new CommandException("'" + folder + "' is not a folder");
        }
        Optional<Duration> idle = ttl(Optional.of(Duration.ofMinutes(10)));
        List<ModelDefinition> all = ModelDirectory.files(folder).stream()
                .map(file -> new ModelDefinition(
                        ModelDirectory.name(file),
                        Set.of(),
                        options.apply(Optional.of(file)),
                        samplers,
                        idle,
                        ModelDirectory.created(file)))
                .toList();
        if (all.isEmpty()) {
            throw new CommandException("there is no GGUF file in '" + folder + "'");
        }
        return all;
    }

    private Optional<Duration> ttl(Optional<Duration> otherwise) {
        if (ttl == null) {
            return otherwise;
        }
        return Stay.parse(ttl)
                .orElseThrow(() -> new UsageException("--ttl '" + ttl + "' is not a time; write e.g. 90, 10m or 1h"))
                .time();
    }
}
