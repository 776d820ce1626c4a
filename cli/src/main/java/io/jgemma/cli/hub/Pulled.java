package io.jgemma.cli.hub;

import io.jgemma.cli.io.CommandException;

/** Models that must be here. */
final class Pulled {
    private Pulled() {}

    static ModelStore.Model named(ModelStore store, String name) {
        return store.find(name)
                .orElseThrow(() -> new CommandException(
                        "there is no model '" + name + "' in '" + store.root() + "'; see jgemma list"));
    }
}
