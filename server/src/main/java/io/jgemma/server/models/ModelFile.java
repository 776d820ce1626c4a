package io.jgemma.server.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.kv.KvPlan;
import io.jgemma.engine.plan.Offload;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.sample.SamplerOptions;
import io.jgemma.server.json.ApiException;
import io.jgemma.server.json.Fields;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The models that a YAML file lists. Every key of it is known, or the file is refused with its name. */
public final class ModelFile {
    private static final Set<String> KEYS = Set.of(
            "name",
            "aliases",
            "path",
            "mmproj",
            "context",
            "parallel",
            "gpu-layers",
            "cache-type-k",
            "cache-type-v",
            "threads",
            "chat-template-file",
            "tool-parser",
            "ttl",
            "sampling");
    private static final Set<String> SAMPLING = Set.of(
            "temperature",
            "top-k",
            "top-p",
            "min-p",
            "typical-p",
            "repeat-penalty",
            "repeat-last-n",
            "presence-penalty",
            "frequency-penalty",
            "seed");

    private final Path file;
    private final Function<Optional<Path>, EngineOptions> options;
    private final UnaryOperator<SamplerOptions> sampling;
    private final Optional<Duration> ttl;

    private ModelFile(
            Path file,
            Function<Optional<Path>, EngineOptions> options,
            UnaryOperator<SamplerOptions> sampling,
            Optional<Duration> ttl) {
        this.file = file;
        this.options = options;
        this.sampling = sampling;
        this.ttl = ttl;
    }

    /**
     * Reads a file.
     *
     * @param options how a model is opened where the file says nothing
     * @param sampling how tokens are chosen where the file says nothing
     * @param ttl how long a model stays where the file says nothing
     * @throws IllegalArgumentException when the file is no such list; the message names file and key
     * @throws UncheckedIOException when it cannot be read
     */
    public static List<ModelDefinition> read(
            Path file,
            Function<Optional<Path>, EngineOptions> options,
            UnaryOperator<SamplerOptions> sampling,
            Optional<Duration> ttl) {
        ModelFile models = new ModelFile(file, options, sampling, ttl);
        try {
            return models.definitions(new YAMLMapper().readTree(Files.readAllBytes(file)));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(file + " is not YAML: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ApiException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    private List<ModelDefinition> definitions(JsonNode root) {
        if (root == null || !root.isObject()) {
            throw new IllegalArgumentException(file + " holds no object with the key 'models'");
        }
        Fields fields = Fields.of(root);
        requireKeys(fields, Set.of("models"));
        List<ModelDefinition> all = new ArrayList<>();
        for (Fields model : fields.objects("models")) {
            all.add(definition(model));
        }
        if (all.isEmpty()) {
            throw new IllegalArgumentException(file + " lists no models");
        }
        return all;
    }

    private ModelDefinition definition(Fields model) {
        requireKeys(model, KEYS);
        Path path = existing(model, "path", model.requireString("path"));
        Set<String> aliases = new LinkedHashSet<>();
        model.array("aliases").forEach(alias -> aliases.add(alias.asText()));
        Optional<Duration> stays = model.value("ttl")
                .map(value -> Stay.parse(value.asText())
                        .orElseThrow(() -> model.invalid("ttl", model.path("ttl") + " is not a time such as 10m"))
                        .time())
                .orElse(ttl);
        return new ModelDefinition(
                model.string("name").orElse(ModelDirectory.name(path)),
                aliases,
                engineOptions(model, path),
                sampling(model),
                stays,
                ModelDirectory.created(path));
    }

    private EngineOptions engineOptions(Fields model, Path path) {
        EngineOptions.Builder engine = options.apply(Optional.of(path)).toBuilder();
        model.integer("context", 1, Integer.MAX_VALUE).ifPresent(engine::contextTokens);
        model.integer("threads", 1, 1024).ifPresent(engine::threads);
        model.integer("parallel", 1, Integer.MAX_VALUE).ifPresent(engine::maxRunning);
        EngineOptions given = engine.build();
        model.value("gpu-layers").ifPresent(value -> engine.offload(offload(model, value, given.offload())));
        model.string("mmproj")
                .ifPresent(name -> engine.pictures(given.pictures().withProjector(existing(model, "mmproj", name))));
        model.string("cache-type-k").ifPresent(name -> engine.keyType(type(model, "cache-type-k", name)));
        model.string("cache-type-v").ifPresent(name -> engine.valueType(type(model, "cache-type-v", name)));
        model.string("tool-parser").ifPresent(engine::toolParser);
        model.string("chat-template-file").ifPresent(name -> engine.chatTemplate(text(model, beside(name))));
        return engine.build();
    }

    private Path existing(Fields model, String key, String name) {
        Path path = beside(name);
        if (!Files.isRegularFile(path)) {
            throw model.invalid(key, model.path(key) + ": there is no file '" + path + "'");
        }
        return path;
    }

    private static Offload offload(Fields model, JsonNode value, Offload given) {
        int layers = switch (value.asText()) {
            case "all" -> Offload.ALL;
            case "auto" -> Offload.AUTO;
            default -> model.integer("gpu-layers", 0, Integer.MAX_VALUE).orElseThrow();
        };
        return layers == 0
                ? Offload.NONE
                : new Offload(
                        layers, given.split(), given.device(), given.shares(), given.reserveBytes(), given.gemm());
    }

    private UnaryOperator<SamplerOptions> sampling(Fields model) {
        Optional<Fields> given = model.object("sampling");
        if (given.isEmpty()) {
            return sampling;
        }
        requireKeys(given.get(), SAMPLING);
        UnaryOperator<SamplerOptions> own = base -> over(given.get(), sampling.apply(base));
        // Tried now, so that the file is refused and not the first request.
        SamplerOptions _ = own.apply(SamplerOptions.greedy());
        return own;
    }

    private static SamplerOptions over(Fields given, SamplerOptions base) {
        SamplerOptions.Builder options = base.toBuilder();
        given.number("temperature").ifPresent(value -> options.temperature((float) value));
        given.integer("top-k", -1, Integer.MAX_VALUE).ifPresent(options::topK);
        given.number("top-p").ifPresent(value -> options.topP((float) value));
        given.number("min-p").ifPresent(value -> options.minP((float) value));
        given.number("typical-p").ifPresent(value -> options.typicalP((float) value));
        given.number("repeat-penalty").ifPresent(value -> options.repeatPenalty((float) value));
        given.integer("repeat-last-n", -1, SamplerOptions.MAX_REPEAT_LAST_N).ifPresent(options::repeatLastN);
        given.number("presence-penalty").ifPresent(value -> options.presencePenalty((float) value));
        given.number("frequency-penalty").ifPresent(value -> options.frequencyPenalty((float) value));
        given.integer("seed").ifPresent(options::seed);
        return options.build();
    }

    private static QuantType type(Fields model, String key, String name) {
        return KvPlan.TYPES.stream()
                .filter(type -> type.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> model.invalid(
                        key,
                        model.path(key) + " is '" + name + "'; expected one of "
                                + KvPlan.TYPES.stream().map(QuantType::name).toList()));
    }

    private static String text(Fields model, Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw model.invalid("chat-template-file", "'" + path + "' cannot be read");
        }
    }

    /** Paths are meant from the folder of the file. */
    private Path beside(String name) {
        Path folder = file.toAbsolutePath().getParent();
        return folder == null ? Path.of(name) : folder.resolve(name);
    }

    private void requireKeys(Fields fields, Set<String> known) {
        fields.node().fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw fields.invalid(
                        name, "the key '" + fields.path(name) + "' is not known; there are " + new TreeSet<>(known));
            }
        });
    }
}
