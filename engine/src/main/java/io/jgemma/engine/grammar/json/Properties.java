package io.jgemma.engine.grammar.json;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What is asked of an object's values. */
final class Properties {
    private final Keywords keywords;
    private final Scalars scalars;

    Properties(Keywords keywords, Scalars scalars) {
        this.keywords = keywords;
        this.scalars = scalars;
    }

    /** What is asked of the value with a name. */
    List<Literal> named(Branch branch, String name) {
        List<Literal> literals = new ArrayList<>();
        for (Branch.Group group : branch.groups) {
            boolean covered = false;
            Literal own = group.properties().get(name);
            if (own != null) {
                literals.add(own);
                covered = true;
            }
            for (Branch.ByPattern pattern : group.patterns()) {
                if (scalars.matches(
                        keywords.pattern(pattern.literal().node().pointer(), pattern.pattern()), false, name)) {
                    literals.add(pattern.literal());
                    covered = true;
                }
            }
            if (!covered) {
                group.additional().ifPresent(literals::add);
            }
        }
        return literals;
    }

    /** What is asked of values whose names stand nowhere and are matched by just these of all patterns. */
    static List<Literal> unnamed(Branch branch, Set<String> matching) {
        List<Literal> literals = new ArrayList<>();
        for (Branch.Group group : branch.groups) {
            boolean covered = false;
            for (Branch.ByPattern pattern : group.patterns()) {
                if (matching.contains(pattern.pattern())) {
                    literals.add(pattern.literal());
                    covered = true;
                }
            }
            if (!covered) {
                group.additional().ifPresent(literals::add);
            }
        }
        return literals;
    }

    /** All patterns of names. */
    static Set<String> patterns(Branch branch) {
        Set<String> patterns = new LinkedHashSet<>();
        for (Branch.Group group : branch.groups) {
            for (Branch.ByPattern pattern : group.patterns()) {
                patterns.add(pattern.pattern());
            }
        }
        return patterns;
    }
}
