package io.jgemma.engine.template;

import io.jgemma.engine.template.TemplateException.Kind;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The one value that a template may change: {@code namespace()} with {@code {% set ns.name = value %}}. */
final class Namespace {
    private final Map<Object, Object> attributes = new LinkedHashMap<>();

    @Nullable
    Object get(Object name) {
        return attributes.get(name);
    }

    /** @throws PyError for a name that starts with an underscore */
    void set(Object name, Object value) {
        Object key = Types.isString(name) ? Traced.text(name) : name;
        if (key instanceof String text && text.startsWith("_")) {
            throw new PyError(
                    Kind.SECURITY,
                    "Chat templates cannot store underscore-prefixed attributes on a namespace, but got "
                            + Printer.quote(text) + ". Please rename the attribute.");
        }
        attributes.put(key, value);
    }

    Map<Object, Object> attributes() {
        return attributes;
    }
}
