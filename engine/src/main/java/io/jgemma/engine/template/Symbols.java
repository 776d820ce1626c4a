package io.jgemma.engine.template;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names of one scope and what each holds when the scope is entered. Jinja decides this before rendering, from the
 * order in which a scope reads and writes its names, and so must whoever wants its results.
 */
final class Symbols {

    /** What a name holds on entry. */
    enum Load {
        /** Bound by whoever enters the scope. */
        PARAMETER,
        /** Looked up in the context. */
        RESOLVE,
        /** Taken over from the scope around. */
        ALIAS,
        /** Nothing yet. */
        UNDEFINED
    }

    private final @Nullable Symbols parent;
    private final Meter meter;
    private final Map<String, Load> loads = new LinkedHashMap<>();
    private final Set<String> stores = new HashSet<>();

    Symbols(@Nullable Symbols parent, Meter meter) {
        this.parent = parent;
        this.meter = meter;
    }

    /** The names of this scope. */
    Map<String, Load> loads() {
        return loads;
    }

    private boolean knows(String name) {
        for (Symbols scope = this; scope != null; scope = scope.parent) {
            meter.step();
            if (scope.loads.containsKey(name)) {
                return true;
            }
        }
        return false;
    }

    void parameter(String name) {
        stores.add(name);
        loads.put(name, Load.PARAMETER);
    }

    void store(String name) {
        stores.add(name);
        if (!loads.containsKey(name)) {
            loads.put(name, parent != null && parent.knows(name) ? Load.ALIAS : Load.UNDEFINED);
        }
    }

    void load(String name) {
        if (!knows(name)) {
            loads.put(name, Load.RESOLVE);
        }
    }

    /** A copy for one branch of a condition. */
    Symbols branch() {
        meter.work(64L * (loads.size() + stores.size()));
        Symbols copy = new Symbols(parent, meter);
        copy.loads.putAll(loads);
        copy.stores.addAll(stores);
        return copy;
    }

    /** Takes back the branches: what only a branch wrote holds its outer value if that branch does not run. */
    void join(Symbols... branches) {
        Set<String> written = new HashSet<>();
        for (Symbols branch : branches) {
            written.addAll(branch.stores);
        }
        written.removeAll(stores);
        for (Symbols branch : branches) {
            loads.putAll(branch.loads);
            stores.addAll(branch.stores);
        }
        for (String name : written) {
            loads.put(name, parent != null && parent.knows(name) ? Load.ALIAS : Load.RESOLVE);
        }
    }
}
