package io.jgemma.engine.template;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variables of one scope while it runs. */
final class Scope {
    private final @Nullable Scope parent;
    private final Map<String, Object> variables = new HashMap<>();

    Scope(@Nullable Scope parent) {
        this.parent = parent;
    }

    @Nullable
    Scope parent() {
        return parent;
    }

    /** The value of a name in this scope or those around it; {@link Special#MISSING} if it has none. */
    Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.parent) {
            Object value = scope.variables.get(name);
            if (value != null) {
                return value;
            }
        }
        return Special.MISSING;
    }

    void set(String name, Object value) {
        variables.put(name, value);
    }

    Map<String, Object> variables() {
        return variables;
    }

    /** Forgets all values, as happens when a loop is over; macros defined inside may still look. */
    void clear() {
        variables.replaceAll((name, value) -> Special.MISSING);
    }
}
