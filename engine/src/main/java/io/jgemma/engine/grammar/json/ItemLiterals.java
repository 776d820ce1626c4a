package io.jgemma.engine.grammar.json;

import java.util.ArrayList;
import java.util.List;

/** What is asked of an array's items. */
final class ItemLiterals {
    private ItemLiterals() {}

    /** What is asked of the item at an index. */
    static List<Literal> at(Branch branch, int index) {
        List<Literal> literals = new ArrayList<>();
        for (Branch.Items items : branch.items) {
            if (index < items.prefix().size()) {
                literals.add(items.prefix().get(index));
            } else {
                items.rest().ifPresent(literals::add);
            }
        }
        return literals;
    }

    /** From which index on the same is asked of all items. */
    static int uniformFrom(Branch branch) {
        int from = 0;
        for (Branch.Items items : branch.items) {
            from = Math.max(from, items.prefix().size());
        }
        for (Branch.Contains contains : branch.contains) {
            from = Math.max(from, contains.from());
        }
        return from;
    }
}
