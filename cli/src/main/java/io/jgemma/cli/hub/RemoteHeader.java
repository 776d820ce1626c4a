package io.jgemma.cli.hub;

import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.SparseFile;
import io.jgemma.engine.gguf.GgufException;
import io.jgemma.engine.gguf.GgufFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The headers of a model's files on another host. Of each file only as much is fetched as its header takes; where weights would
 * be, there is a hole. Closing it removes the copies.
 */
public final class RemoteHeader implements AutoCloseable {
    private static final int FIRST_BYTES = 1 << 20;
    private static final int MOST_BYTES = 1 << 28;
    private static final int PARTIAL_CONTENT = 206;
    private static final int OK = 200;

    private final Hub hub;
    private final Path folder;
    private @Nullable GgufFile model;
    private @Nullable GgufFile projector;
    private long fetchedBytes;

    private RemoteHeader(Hub hub, Path folder) {
        this.hub = hub;
        this.folder = folder;
    }

    /**
     * Fetches the headers of a model, and of its projector where there is one.
     *
     * @param name a short name, {@code [hf:]owner/repository[:quant]}, or an address
     * @param token for Hugging Face, before {@code HF_TOKEN}
     * @throws CommandException when they cannot be had
     */
    public static RemoteHeader open(Console console, String name, Optional<String> token) {
        try (Hub hub = Hub.of(console.environment(), token)) {
            return open(hub, name);
        }
    }

    static RemoteHeader open(Hub hub, String name) {
        ModelSource source = ModelSource.parse(ShortNames.source(name).orElse(name));
        try {
            RemoteHeader header = new RemoteHeader(hub, Files.createTempDirectory("jgemma-header"));
            boolean complete = false;
            try {
                header.fetch(source);
                complete = true;
                return header;
            } finally {
                if (!complete) {
                    header.close();
                }
            }
        } catch (IOException e) {
            throw new CommandException("the header of " + source + " could not be fetched: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("fetching was interrupted", e);
        }
    }

    private void fetch(ModelSource source) throws IOException, InterruptedException {
        switch (source) {
            case ModelSource.WebFile file ->
                model = header(List.of(new RemoteFile(file.address(), file.fileName(), 0, Optional.empty())));
            case ModelSource.Repository repository -> {
                Map<String, RemoteFile> files = new TreeMap<>();
                hub.files(repository).forEach(file -> files.put(file.path(), file));
                model = header(FileChoice.model(files.keySet(), repository.quant(), repository.toString()).stream()
                        .map(files::get)
                        .toList());
                Optional<RemoteFile> beside =
                        FileChoice.projector(files.keySet()).map(files::get);
                projector = beside.isPresent() ? header(List.of(beside.get())) : null;
            }
        }
    }

    /** Opens the files of a model once so much of each is here that its header is whole. */
    private GgufFile header(List<RemoteFile> parts) throws IOException, InterruptedException {
        int most = FIRST_BYTES;
        List<byte[]> starts = new ArrayList<>();
        parts.forEach(_ -> starts.add(new byte[0]));
        while (true) {
            Path first = folder.resolve(parts.getFirst().name());
            for (int i = 0; i < parts.size(); i++) {
                RemoteFile part = parts.get(i);
                Hub.Place place = hub.resolve(part.page(), part.name());
                long size = place.bytes().orElse(part.bytes());
                starts.set(i, upTo(place, starts.get(i), (int) Math.min(most, size), part.name()));
                SparseFile.write(folder.resolve(part.name()), starts.get(i), size);
            }
            try {
                return GgufFile.open(first);
            } catch (GgufException e) {
                if (most >= MOST_BYTES || starts.stream().allMatch(start -> start.length < FIRST_BYTES)) {
                    throw e;
                }
                most *= 4;
            }
        }
    }

    private byte[] upTo(Hub.Place place, byte[] known, int end, String what) throws IOException, InterruptedException {
        if (known.length >= end) {
            return known;
        }
        HttpResponse<InputStream> answer =
                hub.retries().answer(place.address(), () -> hub.bytes(place.address(), known.length, end));
        try (InputStream body = answer.body()) {
            if (answer.statusCode() != PARTIAL_CONTENT && !(answer.statusCode() == OK && known.length == 0)) {
                throw new CommandException("the host of " + what + " gives no parts of files (status "
                        + answer.statusCode() + "); jgemma pull fetches the whole");
            }
            byte[] more = body.readNBytes(end - known.length);
            fetchedBytes += more.length;
            byte[] all = Arrays.copyOf(known, known.length + more.length);
            System.arraycopy(more, 0, all, known.length, more.length);
            return all;
        }
    }

    /** The model's file; its weights are zeros. */
    public GgufFile model() {
        if (model == null) {
            throw new IllegalStateException("no header was fetched");
        }
        return model;
    }

    /** The projector's file beside it, if there is one. */
    public Optional<GgufFile> projector() {
        return Optional.ofNullable(projector);
    }

    /** Bytes that were fetched. */
    public long fetchedBytes() {
        return fetchedBytes;
    }

    @Override
    public void close() {
        if (model != null) {
            model.close();
        }
        if (projector != null) {
            projector.close();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
