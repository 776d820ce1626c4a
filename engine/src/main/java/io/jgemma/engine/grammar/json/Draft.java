package io.jgemma.engine.grammar.json;

import io.jgemma.engine.grammar.spec.GrammarException;

/** Editions of JSON Schema, as far as they differ here. */
enum Draft {
    DRAFT_4,
    DRAFT_6_OR_7,
    DRAFT_2019,
    DRAFT_2020;

    static Draft of(Json root) {
        String name = root instanceof Json.Obj(var entries) && entries.get("$schema") instanceof Json.Str(String uri)
                ? uri
                : "";
        if (!name.isEmpty() && !name.contains("json-schema.org/")) {
            throw GrammarException.unsupported(
                    "#/$schema",
                    "the metaschema '" + name + "' is not known, so that it may give keywords another meaning");
        }
        if (name.contains("draft-03") || name.contains("draft-04")) {
            return DRAFT_4;
        }
        if (name.contains("draft-06") || name.contains("draft-07")) {
            return DRAFT_6_OR_7;
        }
        return name.contains("2019-09") ? DRAFT_2019 : DRAFT_2020;
    }

    /** Whether keywords beside {@code $ref} count. */
    boolean refHasSiblings() {
        return this == DRAFT_2019 || this == DRAFT_2020;
    }
}
