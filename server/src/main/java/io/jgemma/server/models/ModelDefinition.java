package io.jgemma.server.models;

import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.sample.SamplerOptions;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A model that a server offers.
 *
 * @param id what clients call it
 * @param aliases other names for it
 * @param options how it is opened
 * @param sampling how tokens are chosen where a request says nothing, made of the model's own defaults
 * @param ttl how long it stays loaded without a request; empty = always
 * @param created when it came to be there, in seconds since 1970
 */
public record ModelDefinition(
        String id,
        Set<String> aliases,
        EngineOptions options,
        UnaryOperator<SamplerOptions> sampling,
        Optional<Duration> ttl,
        long created) {

    public ModelDefinition {
        if (id.isBlank()) {
            throw new IllegalArgumentException("a model needs a name");
        }
        aliases = Set.copyOf(aliases);
    }

    /** All its names, the id first. */
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        names.add(id);
        names.addAll(aliases);
        return names;
    }
}
