package io.jgemma.cli.hub;

import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.UsageException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fetches models. */
@Command(
        name = "pull",
        description = "Download a model from Hugging Face or another server, or resume a download.",
        abbreviateSynopsis = true)
public final class PullCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(
            paramLabel = "NAME",
            arity = "0..*",
            description = "A name of --list, hf:owner/repository[:quant] (e.g. hf:ggml-org/gemma-3-4b-it-GGUF:Q4_K_M),"
                    + " or the address of a .gguf file.")
    private List<String> names = List.of();

    @Option(names = "--list", description = "Show the short names of models that are known to work.")
    private boolean list;

    @Option(names = "--no-mmproj", description = "Do not download the projector that a model needs for pictures.")
    private boolean noProjector;

    @Mixin
    private TokenOption token = new TokenOption();

    public PullCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (list) {
            for (ShortNames.Entry entry : ShortNames.all()) {
                console.out()
                        .println(String.format(
                                Locale.ROOT,
                                "%-20s %-24s %-23s %s",
                                entry.name(),
                                entry.size(),
                                entry.licence(),
                                entry.source()));
            }
            console.out().flush();
            return 0;
        }
        if (names.isEmpty()) {
            throw new UsageException("no model is named; 'jgemma pull --list' shows some");
        }
        for (String name : names) {
            ModelStore.Model model = Puller.pull(console, name, token.token(), !noProjector);
            console.note("talk to it: jgemma chat " + model.name());
        }
        return 0;
    }
}
