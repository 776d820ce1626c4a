package io.jgemma.cli.hub;

import io.jgemma.cli.io.CommandException;
import io.jgemma.cli.io.Sizes;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Brings one file: in segments, several at once, into {@code NAME.part}, with {@code NAME.part.json} beside it ({@link Segments}), so that a run that was broken off
 * goes on later. The file takes its name when its checksum is right.
 *
 * <p>An address that has ended (403) is asked for again; a connection that breaks goes on at the byte where it broke.
 */
final class Download {
    private static final int CONNECTIONS = 4;
    private static final int BUFFER_BYTES = 1 << 16;

    private final Hub hub;
    private final RemoteFile file;
    private final Path target;
    private final Path part;
    private final Progress progress;
    private final AtomicLong received = new AtomicLong();
    private volatile boolean failed;
    private Hub.Place place;

    /** Hears how far it is; on several threads. */
    interface Progress {
        /** Something is under way: {@code fetching} or {@code checking}, a file, and bytes of so many. */
        void at(String doing, RemoteFile file, long doneBytes, long totalBytes);
    }

    private Download(Hub hub, RemoteFile file, Hub.Place place, Path target, Progress progress) {
        this.hub = hub;
        this.file = file;
        this.place = place;
        this.target = target;
        this.progress = progress;
        part = target.resolveSibling(target.getFileName() + ".part");
    }

    /**
     * Brings a file.
     *
     * @throws CommandException when the server refuses it, there is no room, or what came is not what was promised
     */
    static void of(Hub hub, RemoteFile file, Path target, Progress progress) throws IOException, InterruptedException {
        Hub.Place place = hub.resolve(file.page(), file.name());
        long bytes = place.bytes().orElse(file.bytes());
        if (bytes <= 0) {
            throw new CommandException("the server does not say how large " + file.name() + " is");
        }
        RemoteFile known =
                new RemoteFile(file.page(), file.path(), bytes, place.sha256().or(file::sha256));
        new Download(hub, known, place, target, progress).run();
    }

    private void run() throws IOException, InterruptedException {
        Path folder = target.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path record = part.resolveSibling(part.getFileName() + ".json");
        Segments segments = Segments.open(
                record, part, file.bytes(), file.sha256().orElse(file.page().toString()));
        received.set(segments.doneBytes());
        long free = Files.getFileStore(folder).getUsableSpace();
        long missing = file.bytes() - received.get();
        if (missing > free) {
            throw new CommandException(file.name() + " needs " + Sizes.bytes(missing) + " more, and '" + folder
                    + "' has room for " + Sizes.bytes(free) + "; free some, or name another folder with JGEMMA_MODELS");
        }
        try (FileChannel channel =
                FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (channel.size() != file.bytes()) {
                channel.truncate(0);
                channel.write(ByteBuffer.wrap(new byte[1]), file.bytes() - 1);
            }
            fetchAll(segments, channel);
            channel.force(true);
            check(channel, record);
        }
        Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(record);
    }

    private void fetchAll(Segments segments, FileChannel channel) throws IOException, InterruptedException {
        try (ExecutorService connections = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                all.add(connections.submit(() -> {
                    fetchSome(segments, channel);
                    return null;
                }));
            }
            try {
                for (Future<?> one : all) {
                    one.get();
                }
            } catch (ExecutionException e) {
                connections.shutdownNow();
                rethrow(Objects.requireNonNullElse(e.getCause(), e));
            } catch (InterruptedException e) {
                connections.shutdownNow();
                throw e;
            }
        }
    }

    private static void rethrow(Throwable failure) throws IOException {
        switch (failure) {
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IOException(failure);
        }
    }

    private void fetchSome(Segments segments, FileChannel channel) throws IOException, InterruptedException {
        try {
            for (OptionalInt next = segments.take(); next.isPresent() && !failed; next = segments.take()) {
                int segment = next.getAsInt();
                fetch(channel, segments.from(segment), segments.end(segment));
                if (!failed) {
                    segments.finished(segment);
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            failed = true;
            throw e;
        }
    }

    /** Fetches a range, in as many attempts as it takes while each brings something. */
    private void fetch(FileChannel channel, long from, long end) throws IOException, InterruptedException {
        long at = from;
        int attempt = 0;
        while (at < end && !failed) {
            Hub.Place asked = place();
            Range range = new Range(channel, at, end);
            String trouble = "the connection ended";
            try {
                HttpResponse<InputStream> answer = hub.bytes(asked.address(), at, end);
                try (InputStream body = answer.body()) {
                    int status = answer.statusCode();
                    if (status == 206) {
                        range.read(body);
                    } else if (status == 200 && at == 0) {
                        range.read(body); // A server without ranges: a second part is refused below.
                    } else if (status == 401 || status == 403 || status == 410) {
                        renew(asked);
                        trouble = "the server answered " + status;
                    } else if (Retries.isBusy(status)) {
                        hub.retries().pause(answer, attempt + 1);
                        trouble = "the server answered " + status;
                    } else if (status == 200) {
                        throw new CommandException("the server of " + file.name() + " gives no parts of files (Range)");
                    } else {
                        throw Refusal.of(status, file.name(), true);
                    }
                }
            } catch (IOException e) {
                trouble = "the connection ended (" + e + ")";
                hub.retries().pause(Math.max(1, attempt));
            }
            attempt = range.at > at ? 0 : attempt + 1;
            at = range.at;
            if (attempt == Retries.MOST) {
                throw new CommandException(file.name() + " cannot be downloaded: " + trouble + ", " + attempt
                        + " times without a byte; run the same command again to resume");
            }
        }
    }

    /** Bytes that come one behind the other. */
    private final class Range {
        private final FileChannel channel;
        private final long end;
        private long at;

        Range(FileChannel channel, long at, long end) {
            this.channel = channel;
            this.at = at;
            this.end = end;
        }

        void read(InputStream body) throws IOException {
            byte[] buffer = new byte[BUFFER_BYTES];
            while (at < end && !failed) {
                int count = body.read(buffer, 0, (int) Math.min(buffer.length, end - at));
                if (count < 0) {
                    throw new IOException("it ended " + (end - at) + " bytes early");
                }
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
                while (bytes.hasRemaining()) {
                    at += channel.write(bytes, at);
                }
                progress.at("fetching", file, received.addAndGet(count), file.bytes());
            }
        }
    }

    private synchronized Hub.Place place() {
        return place;
    }

    /** The address has ended: asks for another, once for all connections. */
    private synchronized void renew(Hub.Place ended) throws IOException, InterruptedException {
        if (place == ended) {
            place = hub.resolve(file.page(), file.name());
        }
    }

    private void check(FileChannel channel, Path record) throws IOException {
        if (file.sha256().isEmpty()) {
            return;
        }
        MessageDigest digest = sha256();
        ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
        for (long at = 0; at < file.bytes(); at += buffer.position()) {
            buffer.clear();
            if (channel.read(buffer, at) < 0) {
                throw new IOException("'" + part + "' became shorter");
            }
            digest.update(buffer.array(), 0, buffer.position());
            progress.at("checking", file, at, file.bytes());
        }
        String found = HexFormat.of().formatHex(digest.digest());
        if (!found.equalsIgnoreCase(file.sha256().get())) {
            Files.deleteIfExists(record);
            Files.deleteIfExists(part);
            throw new CommandException(file.name() + " came with another checksum (SHA-256 " + found
                    + ") than promised (" + file.sha256().get() + ") and was removed; run the same command again");
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // Every Java has it.
        }
    }
}
