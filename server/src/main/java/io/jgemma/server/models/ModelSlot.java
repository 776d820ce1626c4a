package io.jgemma.server.models;

import io.jgemma.engine.Engine;
import io.jgemma.server.json.ApiException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A model's place in memory. The lock is held for moments only, never while a model loads. */
final class ModelSlot {
    private final ModelDefinition definition;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private ModelState state = ModelState.UNLOADED;
    private @Nullable Engine engine;
    private int leases;
    private long lastUsedNanos = System.nanoTime();
    private Optional<Duration> ttl;

    ModelSlot(ModelDefinition definition) {
        this.definition = definition;
        ttl = definition.ttl();
    }

    ModelDefinition definition() {
        return definition;
    }

    ModelState state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    /** The engine, if it is loaded. Only for looking at: it may be closed at any time. */
    Optional<Engine> engine() {
        lock.lock();
        try {
            return Optional.ofNullable(engine);
        } finally {
            lock.unlock();
        }
    }

    long lastUsedNanos() {
        lock.lock();
        try {
            return lastUsedNanos;
        } finally {
            lock.unlock();
        }
    }

    /** How long it stays from now on; 0 = no longer than its requests, empty = always. */
    void stay(Optional<Duration> time) {
        lock.lock();
        try {
            ttl = time;
        } finally {
            lock.unlock();
        }
    }

    /** A lease, loading the model first where needed. Whoever comes while it loads waits. */
    ModelLease acquire(ModelLoader loader) {
        lock.lock();
        try {
            while (true) {
                if (engine != null) {
                    leases++;
                    lastUsedNanos = System.nanoTime();
                    return new ModelLease(this, engine);
                }
                if (state == ModelState.UNLOADED) {
                    load(loader);
                } else {
                    changed.await();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiException(ApiException.Kind.UNAVAILABLE, "the server is stopping", e);
        } finally {
            lock.unlock();
        }
    }

    private void load(ModelLoader loader) {
        state = ModelState.LOADING;
        lock.unlock();
        Engine loaded = null;
        try {
            loaded = loader.load(definition);
        } finally {
            lock.lock();
            engine = loaded;
            state = loaded == null ? ModelState.UNLOADED : ModelState.LOADED;
            lastUsedNanos = System.nanoTime();
            changed.signalAll();
        }
    }

    void release() {
        boolean leaves;
        lock.lock();
        try {
            leases--;
            lastUsedNanos = System.nanoTime();
            leaves = leases == 0 && ttl.filter(Duration::isZero).isPresent();
        } finally {
            lock.unlock();
        }
        if (leaves) {
            unload();
        }
    }

    boolean overdue() {
        lock.lock();
        try {
            return engine != null
                    && leases == 0
                    && ttl.filter(time -> System.nanoTime() - lastUsedNanos >= time.toNanos())
                            .isPresent();
        } finally {
            lock.unlock();
        }
    }

    /** Takes the model out of memory unless a request needs it. */
    boolean unload() {
        Engine leaving;
        lock.lock();
        try {
            if (engine == null || leases > 0) {
                return false;
            }
            leaving = engine;
            engine = null;
            state = ModelState.UNLOADED;
        } finally {
            lock.unlock();
        }
        leaving.close();
        return true;
    }

    /** Takes the model out of memory, whoever needs it. */
    void close() {
        Engine leaving;
        lock.lock();
        try {
            leaving = engine;
            engine = null;
            state = ModelState.UNLOADED;
        } finally {
            lock.unlock();
        }
        if (leaving != null) {
            leaving.close();
        }
    }
}
