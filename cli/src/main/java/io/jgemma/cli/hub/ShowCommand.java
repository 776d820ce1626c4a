package io.jgemma.cli.hub;

import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.Sizes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows where a pulled model lies. */
@Command(
        name = "show",
        description = "Show the files of a pulled model and where they came from; see also info.",
        abbreviateSynopsis = true)
public final class ShowCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "NAME", description = "Name of a model, see list.")
    private String name = "";

    public ShowCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        ModelStore.Model model = Puller.store(console).require(name);
        console.out().println("name       " + model.name());
        console.out().println("from       " + model.from());
        for (Path part : model.parts()) {
            console.out().println("file       " + part + ", " + Sizes.bytes(Files.size(part)));
        }
        if (model.projector().isPresent()) {
            Path projector = model.projector().get();
            console.out().println("projector  " + projector + ", " + Sizes.bytes(Files.size(projector)));
        }
        console.out().flush();
        return 0;
    }
}
