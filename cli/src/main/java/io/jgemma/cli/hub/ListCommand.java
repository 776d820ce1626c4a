package io.jgemma.cli.hub;

import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.Sizes;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Shows the pulled models. */
@Command(name = "list", description = "Show the models that were pulled.", abbreviateSynopsis = true)
public final class ListCommand implements Callable<Integer> {
    private final Console console;

    public ListCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        ModelStore store = Puller.store(console);
        List<ModelStore.Model> models = store.models();
        int width =
                models.stream().mapToInt(model -> model.name().length()).max().orElse(0);
        for (ModelStore.Model model : models) {
            String line = String.format(
                    Locale.ROOT,
                    "%-" + Math.max(1, width) + "s  %10s  %s%s",
                    model.name(),
                    Sizes.bytes(model.bytes()),
                    model.from(),
                    model.projector().isPresent() ? ", sees pictures" : "");
            console.out().println(line);
        }
        console.out().flush();
        if (models.isEmpty()) {
            console.note("there is no model in '" + store.root() + "'; 'jgemma pull --list' shows what is available");
        }
        return 0;
    }
}
