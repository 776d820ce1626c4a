package io.jgemma.engine.chat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a call written as an object, character by character, beginning with its brace: {@code {"name": .., "arguments":
 * {..}}}, in any order, {@code parameters} for {@code arguments}, beside them perhaps {@code id} and
 * {@code "type": "function"}, and name and arguments perhaps within {@code function}, as in OpenAI's interface. The
 * arguments may also be text that holds an object. Any other key, and the name of no known tool, make it text.
 */
final class JsonCallReader implements ValueReader.Guard {
    private static final List<String> ARGUMENTS = List.of("arguments", "parameters");
    private static final Set<String> KEYS = Set.of("id", "type", "function", "name", "arguments", "parameters");

    private final KnownTools tools;
    private final boolean needsArguments;
    private final ValueReader value = new ValueReader(true, this);
    private RawCall call = new RawCall("", Map.of());

    /**
     * A call.
     *
     * @param needsArguments whether an object without arguments is text
     */
    JsonCallReader(KnownTools tools, boolean needsArguments) {
        this.tools = tools;
        this.needsArguments = needsArguments;
    }

    /** The call, once it is complete. */
    RawCall call() {
        return call;
    }

    Progress push(char c) {
        Progress progress = value.push(c);
        if (progress != Progress.DONE) {
            return progress;
        }
        Optional<RawCall> found = call(value.value());
        found.ifPresent(raw -> call = raw);
        return found.isPresent() ? Progress.DONE : Progress.FAIL;
    }

    @Override
    public boolean key(String key) {
        return KEYS.contains(key);
    }

    @Override
    public boolean value(String key, @Nullable Object entry) {
        return switch (key) {
            case "name" -> isTool(entry);
            case "function" -> isTool(entry) || isFunction(entry);
            case "type" -> "function".equals(entry);
            case "arguments", "parameters" -> arguments(entry).isPresent();
            default -> true;
        };
    }

    private boolean isTool(@Nullable Object name) {
        return name instanceof String text && tools.has(text);
    }

    private boolean isFunction(@Nullable Object entry) {
        return entry instanceof Map<?, ?> map && KEYS.containsAll(map.keySet()) && isTool(map.get("name"));
    }

    private Optional<RawCall> call(@Nullable Object object) {
        if (!(object instanceof Map<?, ?> map)) {
            return Optional.empty();
        }
        Map<?, ?> function = map.get("function") instanceof Map<?, ?> inner ? inner : null;
        Map<?, ?> source = function == null ? map : function;
        Object name = source.containsKey("name") ? source.get("name") : source.get("function");
        List<String> keys = ARGUMENTS.stream().filter(source::containsKey).toList();
        boolean countFits = keys.size() == 1 || (keys.isEmpty() && !needsArguments);
        // Nothing that the model wrote may get lost, so one object holds one call with one set of arguments.
        boolean shadowed = function != null
                && (map.containsKey("name") || ARGUMENTS.stream().anyMatch(map::containsKey));
        if (!isTool(name) || !countFits || shadowed) {
            return Optional.empty();
        }
        Optional<Map<String, Object>> arguments =
                keys.isEmpty() ? Optional.of(Map.of()) : arguments(source.get(keys.getFirst()));
        return arguments.map(found -> new RawCall(String.valueOf(name), found));
    }

    private static Optional<Map<String, Object>> arguments(@Nullable Object value) {
        return switch (value) {
            case null -> Optional.of(Map.of());
            case Map<?, ?> map -> Optional.of(named(map));
            case String text -> parse(text);
            default -> Optional.empty();
        };
    }

    private static Map<String, Object> named(Map<?, ?> map) {
        Map<String, Object> named = new LinkedHashMap<>();
        map.forEach((key, value) -> JsonValues.put(named, String.valueOf(key), value));
        return named;
    }

    private static Optional<Map<String, Object>> parse(String text) {
        ValueReader reader = new ValueReader(true, null);
        String json = text.strip();
        for (int i = 0; i < json.length(); i++) {
            Progress progress = reader.push(json.charAt(i));
            if (progress == Progress.DONE && i == json.length() - 1 && reader.value() instanceof Map<?, ?> map) {
                return Optional.of(named(map));
            }
            if (progress != Progress.MORE) {
                return Optional.empty();
            }
        }
        return json.isEmpty() ? Optional.of(Map.of()) : Optional.empty();
    }
}
