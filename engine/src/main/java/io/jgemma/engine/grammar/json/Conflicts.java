package io.jgemma.engine.grammar.json;

import io.jgemma.engine.grammar.spec.GrammarException;
import java.util.Collection;
import java.util.List;

/**
 * Finds contradictions. What is said to contradict certainly does; what is not may, where that is hard to see.
 */
final class Conflicts {
    private static final int MAX_DEPTH = 4;
    private static final int MAX_ITEMS = 4;

    private final Expander expander;
    private final Properties properties;
    private final Scalars scalars;
    private final Validator validator;
    private int depth;

    Conflicts(Expander expander, Keywords keywords, Scalars scalars) {
        this.expander = expander;
        this.scalars = scalars;
        properties = new Properties(keywords, scalars);
        validator = new Validator(keywords, scalars);
    }

    /** Whether nothing can both belong to the branch and satisfy the schema. */
    boolean contradicts(Branch branch, SchemaNode node) {
        Branch both = branch.copy();
        both.rejects.clear();
        both.pending.add(Literal.of(node));
        return contradictory(both);
    }

    private boolean contradictory(Branch start) {
        if (depth >= MAX_DEPTH) {
            return false;
        }
        depth++;
        try {
            for (Branch way : expander.expand(start)) {
                if (!isImpossible(way)) {
                    return false;
                }
            }
            return true;
        } catch (GrammarException e) {
            // What cannot be looked at is not known to contradict; if it matters, compiling it says why.
            return false;
        } finally {
            depth--;
        }
    }

    private boolean contradictory(Collection<Literal> literals) {
        Branch start = new Branch();
        start.pending.addAll(literals);
        return contradictory(start);
    }

    boolean isImpossible(Branch branch) {
        List<Json> values = branch.values;
        if (values != null) {
            return values.stream().noneMatch(value -> validator.fits(value, branch));
        }
        if (branch.has(Types.NULL | Types.BOOLEAN)) {
            return false;
        }
        return !(branch.has(Types.NUMBER) && scalars.isLive(scalars.number(branch)))
                && !(branch.has(Types.STRING) && possibleString(branch))
                && !(branch.has(Types.ARRAY) && possibleArray(branch))
                && !(branch.has(Types.OBJECT) && possibleObject(branch));
    }

    private boolean possibleString(Branch branch) {
        return Scalars.isFreeString(branch)
                || scalars.isLive(scalars.string(branch, new io.jgemma.engine.grammar.regex.Utf8Encoding()));
    }

    private boolean possibleArray(Branch branch) {
        if (branch.minItems > branch.maxItems) {
            return false;
        }
        for (int i = 0; i < Math.min(branch.minItems, MAX_ITEMS); i++) {
            if (contradictory(ItemLiterals.at(branch, i))) {
                return false;
            }
        }
        return true;
    }

    private boolean possibleObject(Branch branch) {
        if (branch.required.size() > branch.maxProperties || branch.minProperties > branch.maxProperties) {
            return false;
        }
        for (String name : branch.required) {
            if (contradictory(properties.named(branch, name))) {
                return false;
            }
        }
        return true;
    }
}
