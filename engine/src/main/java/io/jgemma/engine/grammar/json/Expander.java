package io.jgemma.engine.grammar.json;

import io.jgemma.engine.grammar.spec.GrammarException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Finds all ways to satisfy a number of literals at once, as a semantic tableau does: what a schema asks without alternatives
 * is collected first, then each alternative of a choice begins a branch of its own. What must not be satisfied is looked at
 * last, because mostly it contradicts what was collected and needs no branches.
 */
final class Expander {
    private static final int MAX_BRANCHES = 1000;

    /** Branches of a whole schema. */
    private static final int MAX_WORK = 60_000;

    private final PositiveKeywords positive;
    private final NegativeKeywords negative;
    private final Conflicts conflicts;
    private int work;

    Expander(Keywords keywords, Scalars scalars) {
        positive = new PositiveKeywords(keywords);
        negative = new NegativeKeywords(keywords);
        conflicts = new Conflicts(this, keywords, scalars);
    }

    /** The ways; none if there is none. */
    List<Branch> expand(Collection<Literal> literals) {
        Branch first = new Branch();
        first.pending.addAll(literals);
        return expand(first);
    }

    /** The ways to finish a branch. */
    List<Branch> expand(Branch first) {
        String pointer =
                first.pending.isEmpty() ? "#" : first.pending.getLast().node().pointer();
        List<Branch> done = new ArrayList<>();
        Deque<Branch> open = new ArrayDeque<>();
        open.push(first);
        while (!open.isEmpty()) {
            Branch branch = open.pop();
            settle(branch);
            if (branch.isDead()) {
                continue;
            }
            if (branch.choices.isEmpty()) {
                done.add(branch);
            } else {
                split(branch, open);
            }
            if (done.size() + open.size() > MAX_BRANCHES) {
                throw GrammarException.unsupported(pointer, "its parts combine in more than " + MAX_BRANCHES + " ways");
            }
        }
        return done;
    }

    /** Whether certainly no value of a type belongs to a finished branch. */
    boolean isImpossible(Branch branch, int type) {
        Branch narrowed = branch.copy();
        narrowed.only(type);
        return narrowed.isDead() || conflicts.isImpossible(narrowed);
    }

    private void split(Branch branch, Deque<Branch> open) {
        Branch.Choice choice = branch.choices.remove();
        List<Consumer<Branch>> alternatives = choice.alternatives();
        for (int i = alternatives.size() - 1; i >= 0; i--) {
            if (++work > MAX_WORK) {
                throw GrammarException.unsupported(
                        "#", "its parts combine in more than " + MAX_WORK + " ways altogether");
            }
            Branch way = branch.copy();
            alternatives.get(i).accept(way);
            if (!way.isDead()) {
                open.push(way);
            }
        }
    }

    /** Collects all that needs no choice. */
    private void settle(Branch branch) {
        while (!branch.isDead()) {
            if (!branch.pending.isEmpty()) {
                apply(branch.pending.remove(), branch);
            } else if (branch.choices.isEmpty() && !branch.rejects.isEmpty()) {
                Literal reject = branch.rejects.removeFirst();
                if (!conflicts.contradicts(branch, reject.node())) {
                    branch.pending.add(reject);
                }
            } else {
                return;
            }
        }
    }

    private void apply(Literal literal, Branch branch) {
        if (literal.isImpossible()) {
            branch.only(0);
        } else if (!literal.isTrivial() && branch.seen.add(literal)) {
            if (literal.positive()) {
                positive.apply(literal.node(), branch);
            } else {
                negative.apply(literal.node(), branch);
            }
        }
    }
}
