package io.jgemma.engine.grammar.json;

import io.jgemma.engine.grammar.spec.GrammarException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds schemas by pointer, identifier and anchor. */
final class SchemaIndex {
    private static final String NO_BASE = "jgemma:schema";

    /** Keywords whose value is a schema, or an array of schemas. */
    private static final Set<String> SCHEMAS = Set.of(
            "allOf",
            "anyOf",
            "oneOf",
            "not",
            "if",
            "then",
            "else",
            "items",
            "prefixItems",
            "additionalItems",
            "contains",
            "additionalProperties",
            "propertyNames",
            "unevaluatedItems",
            "unevaluatedProperties");

    /** Keywords whose value holds schemas by name. */
    private static final Set<String> MAPS =
            Set.of("$defs", "definitions", "properties", "patternProperties", "dependentSchemas", "dependencies");

    private final Json root;
    private final Draft draft;
    private final Map<String, SchemaNode> byPointer = new HashMap<>();
    private final Map<String, SchemaNode> byUri = new HashMap<>();
    private final Map<String, Integer> dynamicAnchors = new HashMap<>();

    SchemaIndex(Json root) {
        this.root = root;
        draft = Draft.of(root);
        walk(root, "#", NO_BASE, true);
        byUri.putIfAbsent(NO_BASE, root());
    }

    Draft draft() {
        return draft;
    }

    SchemaNode root() {
        return node("#", NO_BASE, root);
    }

    /**
     * The schema at a place.
     *
     * @throws GrammarException if the value there is no schema
     */
    SchemaNode node(String pointer, String base, Json value) {
        if (!(value instanceof Json.Obj) && !(value instanceof Json.Bool)) {
            throw GrammarException.malformed(
                    pointer, "expected a schema (an object, true or false), got a " + value.type());
        }
        return byPointer.computeIfAbsent(pointer, key -> new SchemaNode(key, base, value));
    }

    /** The schema under a keyword. */
    SchemaNode child(SchemaNode parent, String keyword) {
        return node(parent.at(keyword), parent.base(), parent.keywords().getOrDefault(keyword, new Json.Null()));
    }

    /** The schema under a key of an object, or at an index of an array, under a keyword. */
    SchemaNode child(SchemaNode parent, String keyword, String key, Json value) {
        return node(parent.at(keyword) + "/" + SchemaNode.escape(key), parent.base(), value);
    }

    private void walk(Json value, String pointer, String base, boolean schema) {
        if (value instanceof Json.Obj(Map<String, Json> entries)) {
            String inner = schema ? identify(entries, pointer, base, value) : base;
            if (schema) {
                byPointer.putIfAbsent(pointer, new SchemaNode(pointer, inner, value));
            }
            entries.forEach((key, child) -> {
                String at = pointer + "/" + SchemaNode.escape(key);
                if (!schema || SCHEMAS.contains(key)) {
                    walk(child, at, inner, true);
                } else if (MAPS.contains(key)) {
                    walk(child, at, inner, false);
                }
            });
        } else if (value instanceof Json.Arr(List<Json> items)) {
            for (int i = 0; i < items.size(); i++) {
                walk(items.get(i), pointer + "/" + i, base, true);
            }
        }
    }

    private String identify(Map<String, Json> entries, String pointer, String base, Json value) {
        String inner = base;
        boolean alone = entries.containsKey("$ref") && !draft.refHasSiblings();
        Json id = entries.getOrDefault(
                "$id", draft == Draft.DRAFT_4 ? entries.getOrDefault("id", new Json.Null()) : new Json.Null());
        if (!alone && id instanceof Json.Str(String uri)) {
            String full = resolve(base, uri);
            int hash = full.indexOf('#');
            if (hash < 0 || hash == full.length() - 1) {
                inner = hash < 0 ? full : full.substring(0, hash);
                byUri.putIfAbsent(inner, new SchemaNode(pointer, inner, value));
            } else {
                byUri.putIfAbsent(full, new SchemaNode(pointer, base, value));
            }
        }
        for (String keyword : List.of("$anchor", "$dynamicAnchor")) {
            if (entries.get(keyword) instanceof Json.Str(String name)) {
                if (keyword.equals("$dynamicAnchor")) {
                    dynamicAnchors.merge(name, 1, Integer::sum);
                }
                byUri.putIfAbsent(inner + "#" + name, new SchemaNode(pointer, inner, value));
            }
        }
        return inner;
    }

    /**
     * What a reference names.
     *
     * @param from the schema that it stands in
     * @param keyword the keyword it stands under
     */
    SchemaNode resolve(SchemaNode from, String keyword, String reference) {
        if (keyword.equals("$dynamicRef") && dynamicAnchors.getOrDefault(anchor(reference), 0) > 1) {
            throw from.unsupported(keyword, "'" + reference + "' depends on where it is referred to from");
        }
        String full = resolve(from.base(), reference);
        int hash = full.indexOf('#');
        String document = hash < 0 ? full : full.substring(0, hash);
        String fragment = hash < 0 ? "" : full.substring(hash + 1);
        SchemaNode resource = document.equals(NO_BASE) ? root() : byUri.get(document);
        if (resource == null && !byUri.containsKey(full)) {
            throw from.unsupported(keyword, "'" + reference + "' is outside this schema");
        }
        if (resource != null && (fragment.isEmpty() || fragment.startsWith("/"))) {
            return pointed(from, keyword, reference, resource, fragment);
        }
        SchemaNode anchored = byUri.get(full);
        if (anchored == null) {
            throw from.malformed(keyword, "an anchor in this schema; there is no '" + reference + "'");
        }
        return anchored;
    }

    private static String anchor(String reference) {
        return reference.substring(reference.indexOf('#') + 1);
    }

    private SchemaNode pointed(
            SchemaNode from, String keyword, String reference, SchemaNode resource, String fragment) {
        Json at = resource.value();
        String pointer = resource.pointer();
        String base = resource.base();
        for (String part :
                fragment.isEmpty() ? new String[0] : fragment.substring(1).split("/", -1)) {
            String key = decode(part).replace("~1", "/").replace("~0", "~");
            Optional<Json> next = switch (at) {
                case Json.Obj(Map<String, Json> entries) -> Optional.ofNullable(entries.get(key));
                case Json.Arr(List<Json> items)
                when key.matches("[0-9]{1,6}") && Integer.parseInt(key) < items.size() ->
                    Optional.of(items.get(Integer.parseInt(key)));
                default -> Optional.empty();
            };
            at = next.orElseThrow(
                    () -> from.malformed(keyword, "a place in this schema; there is no '" + reference + "'"));
            pointer = pointer + "/" + SchemaNode.escape(key);
            SchemaNode known = byPointer.get(pointer);
            base = known == null ? base : known.base();
        }
        return node(pointer, base, at);
    }

    private static String decode(String part) {
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return part;
        }
    }

    private static String resolve(String base, String reference) {
        if (reference.startsWith("#")) {
            return base + reference;
        }
        try {
            URI uri = new URI(reference);
            if (uri.isAbsolute() || base.equals(NO_BASE)) {
                return uri.toString();
            }
            return new URI(base).resolve(uri).toString();
        } catch (URISyntaxException e) {
            return reference;
        }
    }
}
