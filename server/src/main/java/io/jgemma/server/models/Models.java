package io.jgemma.server.models;

import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineException;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.EngineStatus;
import io.jgemma.engine.MemoryEstimate;
import io.jgemma.engine.MemoryUse;
import io.jgemma.engine.gguf.GgufException;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.model.ModelException;
import io.jgemma.server.json.ApiException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The models of a server. Each is loaded on first use. Several are loaded at once as long as what they need together stays
 * within a limit; then the one that was used least recently goes, but never one that a request needs.
 */
public final class Models implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Models.class.getName());
    private static final Duration SWEEP = Duration.ofSeconds(1);
    /** As an alias: every name that no other model has. */
    private static final String ANY = "*";

    private static final Duration RETRY = Duration.ofSeconds(5);

    private final List<ModelSlot> slots;
    private final Map<String, ModelSlot> byName = new LinkedHashMap<>();
    private final long memoryBytes;
    private final UnaryOperator<EngineOptions> opened;
    private final ReentrantLock room = new ReentrantLock();
    private final Thread sweeper;
    private volatile boolean closed;

    /**
     * Models.
     *
     * @param definitions the first is used where a request names none
     * @param memoryBytes what loaded models may need together
     * @param opened a last word on the options a model is opened with
     * @throws IllegalArgumentException when there are none, or two have the same name
     */
    public Models(List<ModelDefinition> definitions, long memoryBytes, UnaryOperator<EngineOptions> opened) {
        if (definitions.isEmpty()) {
            throw new IllegalArgumentException("there is no model to serve");
        }
        this.memoryBytes = memoryBytes;
        this.opened = opened;
        slots = definitions.stream().map(ModelSlot::new).toList();
        for (ModelSlot slot : slots) {
            for (String name : slot.definition().names()) {
                if (byName.putIfAbsent(name, slot) != null) {
                    throw new IllegalArgumentException("two models are called '" + name + "'");
                }
            }
        }
        sweeper = Thread.ofVirtual().name("models").start(this::sweep);
    }

    /**
     * What there is to say about a model.
     *
     * @param definition the model
     * @param state whether it is loaded
     * @param engine the engine if it is; only for looking at, as it may be closed at any time
     */
    public record Entry(ModelDefinition definition, ModelState state, Optional<Engine> engine) {
        /** What its engine does; empty when it is not loaded. */
        public Optional<EngineStatus> status() {
            try {
                return engine.map(Engine::status);
            } catch (IllegalStateException e) {
                return Optional.empty();
            }
        }

        /** Memory of its engine; empty when it is not loaded. */
        public Optional<MemoryUse> memory() {
            try {
                return engine.map(Engine::memory);
            } catch (IllegalStateException e) {
                return Optional.empty();
            }
        }
    }

    /** All models, without waiting for anything. */
    public List<Entry> list() {
        return slots.stream().map(Models::entry).toList();
    }

    /**
     * A model by one of its names.
     *
     * @param name null or blank for the first
     * @throws ApiException with 404 when there is none of that name
     */
    public Entry find(@Nullable String name) {
        return entry(slot(name));
    }

    private static Entry entry(ModelSlot slot) {
        return new Entry(slot.definition(), slot.state(), slot.engine());
    }

    /**
     * A model, loaded. Whoever asked closes the lease.
     *
     * @param name null or blank for the first
     * @param stay how long it stays loaded after its last request, instead of what holds for it
     * @throws ApiException when there is no such model, it cannot be loaded, or there is no room for it
     */
    public ModelLease acquire(@Nullable String name, Optional<Stay> stay) {
        ModelSlot slot = slot(name);
        stay.ifPresent(time -> slot.stay(time.time()));
        return slot.acquire(this::load);
    }

    /**
     * Loads the first model now, so that what is wrong with it is known.
     *
     * @return the engine, which belongs to the server
     * @throws RuntimeException what {@link Engine#open} throws
     */
    public Engine preload() {
        try (ModelLease lease = slots.getFirst().acquire(this::open)) {
            return lease.engine();
        }
    }

    /**
     * Takes a model out of memory.
     *
     * @return false when it was not loaded, or a request needs it
     */
    public boolean unload(String name) {
        return slot(name).unload();
    }

    private ModelSlot slot(@Nullable String name) {
        if (name == null || name.isBlank()) {
            return slots.getFirst();
        }
        ModelSlot slot = byName.getOrDefault(name, byName.get(ANY));
        if (slot == null) {
            String shown = name.length() > 100 ? name.substring(0, 100) + ".." : name;
            throw new ApiException(
                    ApiException.Kind.NOT_FOUND,
                    "there is no model '" + shown + "'; GET /v1/models lists those there are");
        }
        return slot;
    }

    private Engine open(ModelDefinition definition) {
        room.lock();
        try {
            if (closed) {
                throw new ApiException(ApiException.Kind.UNAVAILABLE, "the server is stopping");
            }
            makeRoom(definition);
            return Engine.open(opened.apply(definition.options()));
        } finally {
            room.unlock();
        }
    }

    private Engine load(ModelDefinition definition) {
        try {
            return open(definition);
        } catch (GgufException | ModelException | EngineException | UncheckedIOException | IllegalArgumentException e) {
            LOG.log(Level.ERROR, "model " + definition.id() + " cannot be loaded: " + e.getMessage());
            throw new ApiException(
                    ApiException.Kind.SERVER,
                    "the model '" + definition.id() + "' cannot be loaded; the server's log says why",
                    e);
        }
    }

    private void makeRoom(ModelDefinition wanted) {
        long needed = neededBytes(wanted);
        if (slots.size() > 1 && needed > memoryBytes) {
            throw new ApiException(
                    ApiException.Kind.SERVER,
                    "the model '" + wanted.id() + "' needs " + needed + " bytes, but models may take " + memoryBytes
                            + " together");
        }
        List<ModelSlot> loaded = new ArrayList<>(slots.stream()
                .filter(slot -> slot.state() == ModelState.LOADED)
                .sorted(Comparator.comparingLong(ModelSlot::lastUsedNanos))
                .toList());
        long taken = loaded.stream()
                .mapToLong(slot -> neededBytes(slot.definition()))
                .sum();
        for (ModelSlot oldest : loaded) {
            if (taken + needed <= memoryBytes) {
                return;
            }
            if (oldest.unload()) {
                LOG.log(Level.INFO, "model " + oldest.definition().id() + " made room for " + wanted.id());
                taken -= neededBytes(oldest.definition());
            }
        }
        if (!loaded.isEmpty() && taken + needed > memoryBytes) {
            throw ApiException.later(
                    ApiException.Kind.UNAVAILABLE,
                    "there is no room for the model '" + wanted.id()
                            + "' while requests need the others: try again later",
                    RETRY);
        }
    }

    /** What a model needs while it is loaded, as it is planned for. */
    public static long neededBytes(ModelDefinition definition) {
        EngineOptions options = definition.options();
        try (GgufFile file = Engine.openFile(options.model().orElse(null))) {
            return MemoryEstimate.of(file, options).totalBytes();
        }
    }

    private void sweep() {
        try {
            while (!closed) {
                Thread.sleep(SWEEP);
                for (ModelSlot slot : slots) {
                    if (slot.overdue() && slot.unload()) {
                        LOG.log(Level.INFO, "model " + slot.definition().id() + " was idle and has been unloaded");
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes all engines, also those in use. */
    @Override
    public void close() {
        closed = true;
        sweeper.interrupt();
        slots.forEach(ModelSlot::close);
    }
}
