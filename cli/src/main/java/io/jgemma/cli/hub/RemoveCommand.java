package io.jgemma.cli.hub;

import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.Sizes;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Removes pulled models. */
@Command(name = "rm", description = "Remove models that were pulled.", abbreviateSynopsis = true)
public final class RemoveCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "NAME", arity = "1..*", description = "Name of a model, see list.")
    private List<String> names = List.of();

    public RemoveCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        ModelStore store = Puller.store(console);
        List<ModelStore.Model> models = names.stream().map(store::require).toList();
        for (ModelStore.Model model : models) {
            String freed = Sizes.bytes(model.bytes());
            store.remove(model);
            console.note("removed " + model.name() + ", " + freed);
        }
        return 0;
    }
}
