package io.jgemma.engine.template;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Finds which of some special names a body reads before it assigns them itself. */
final class Undeclared extends Walker {
    private final Set<String> names;
    private final Set<String> found = new HashSet<>();

    private Undeclared(Set<String> names, Meter meter) {
        super(meter);
        this.names = new HashSet<>(names);
    }

    static Set<String> in(List<Stmt> body, Set<String> names, Meter meter) {
        Undeclared undeclared = new Undeclared(names, meter);
        undeclared.statements(body);
        return undeclared.found;
    }

    @Override
    void read(String name) {
        if (names.contains(name)) {
            found.add(name);
        }
    }

    @Override
    void stored(String name) {
        names.remove(name);
    }

    @Override
    void bound(String name) {
        names.remove(name);
    }

    @Override
    void statement(Stmt statement) {
        if (!(statement instanceof Stmt.Block)) {
            super.statement(statement);
        }
    }
}
