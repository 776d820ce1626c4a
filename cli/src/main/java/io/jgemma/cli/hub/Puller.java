package io.jgemma.cli.hub;

import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.ProgressBar;
import io.jgemma.cli.io.Sizes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** Brings all files of a model to the folder of models. */
public final class Puller {
    private final Console console;
    private final ModelStore store;
    private final Hub hub;

    Puller(Console console, ModelStore store, Hub hub) {
        this.console = console;
        this.store = store;
        this.hub = hub;
    }

    /**
     * The model of a name, which is fetched first where it is not here.
     *
     * @param name a short name, {@code [hf:]owner/repository[:quant]}, or an address
     * @param token for Hugging Face, before {@code HF_TOKEN}
     * @param projector whether to bring a projector along, where there is one
     * @throws CommandException when it cannot be had
     */
    public static ModelStore.Model pull(Console console, String name, Optional<String> token, boolean projector) {
        ModelStore store = store(console);
        try (Hub hub = Hub.of(console.environment(), token)) {
            return new Puller(console, store, hub).pull(name, projector);
        }
    }

    /**
     * The first file of a repository's model. It is fetched only where no file of it is here: what is here needs no network.
     *
     * @param file of the repository that is meant, if not by a quantization
     * @param offline whether nothing may be fetched
     * @throws CommandException when it cannot be had
     */
    public static Path fetched(
            Console console, String repository, Optional<String> file, Optional<String> token, boolean offline) {
        String name =
                file.map(wanted -> withoutQuant(repository) + ":" + wanted).orElse(repository);
        ModelStore.Model model = store(console).find(name).orElseGet(() -> {
            if (offline) {
                throw new CommandException(
                        "'" + name + "' is not here, and --offline fetches nothing; see jgemma list");
            }
            return pull(console, name, token, true);
        });
        return model.parts().getFirst();
    }

    private static String withoutQuant(String repository) {
        int colon = repository.lastIndexOf(':');
        return colon > repository.indexOf('/') ? repository.substring(0, colon) : repository;
    }

    /** The folder of models that this process uses. */
    public static ModelStore store(Console console) {
        return ModelStore.of(console.environment(), Path.of(System.getProperty("user.home")));
    }

    ModelStore.Model pull(String name, boolean projector) {
        ModelSource source = ModelSource.parse(ShortNames.source(name).orElse(name));
        try {
            return switch (source) {
                case ModelSource.Repository repository -> {
                    fetch(repository, projector);
                    yield store.find(repository)
                            .orElseThrow(
                                    () -> new CommandException(repository + " was downloaded but is no longer there"));
                }
                case ModelSource.WebFile file -> {
                    Path target = store.folder(file).resolve(file.fileName());
                    fetch(new RemoteFile(file.address(), file.fileName(), 0, Optional.empty()), target);
                    yield store.models().stream()
                            .filter(model -> model.parts().contains(target))
                            .findFirst()
                            .orElseThrow(() -> new CommandException(file + " was downloaded but is no longer there"));
                }
            };
        } catch (IOException e) {
            throw new CommandException(source + " could not be fetched: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("the download was interrupted; run the same command again to resume", e);
        }
    }

    private void fetch(ModelSource.Repository repository, boolean projector) throws IOException, InterruptedException {
        Map<String, RemoteFile> files = new TreeMap<>();
        hub.files(repository).forEach(file -> files.put(file.path(), file));
        List<String> wanted =
                new ArrayList<>(FileChoice.model(files.keySet(), repository.quant(), repository.toString()));
        if (projector) {
            FileChoice.projector(files.keySet()).ifPresent(wanted::add);
        }
        Path folder = store.folder(repository);
        for (String path : wanted) {
            Path target = folder.resolve(path).normalize();
            if (!target.startsWith(folder)) {
                throw new CommandException(repository + " has a file '" + path + "' outside its folder");
            }
            fetch(Objects.requireNonNull(files.get(path)), target);
        }
    }

    private void fetch(RemoteFile file, Path target) throws IOException, InterruptedException {
        if (Files.exists(target) && (file.bytes() == 0 || Files.size(target) == file.bytes())) {
            return; // Files take their name when they are whole.
        }
        console.note("fetching " + file.name() + (file.bytes() > 0 ? ", " + Sizes.bytes(file.bytes()) : ""));
        try (ProgressBar bar = ProgressBar.of("fetching", console)) {
            Rate rate = new Rate();
            Download.of(
                    hub,
                    file,
                    target,
                    (doing, _, done, total) ->
                            bar.update(doing, done, total, doing.equals("fetching") ? rate.text(done, total) : ""));
        }
        console.note("it is in '" + target + "'");
    }

    /** How fast bytes come, since the beginning of this run. */
    private static final class Rate {
        private final long startNanos = System.nanoTime();
        private long first = -1;

        synchronized String text(long done, long total) {
            if (first < 0) {
                first = done;
            }
            double seconds = (System.nanoTime() - startNanos) / 1e9;
            double rate = (done - first) / Math.max(seconds, 1e-3);
            if (rate <= 0) {
                return "";
            }
            Duration left = Duration.ofSeconds(Math.min(359_999, (long) ((total - done) / rate)));
            return String.format(
                    Locale.ROOT,
                    "%s/s, %d:%02d:%02d left",
                    Sizes.bytes((long) rate),
                    left.toHours(),
                    left.toMinutesPart(),
                    left.toSecondsPart());
        }
    }
}
