package io.jgemma.cli.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.BitSet;
import java.util.OptionalInt;

/**
 * Which parts of a file are there, kept beside it so that a later run goes on. Safe for several threads.
 *
 * <p>The record is a JSON object: {@code bytes} and {@code sha256} of the whole, {@code segmentBytes}, and {@code done}, the finished segments as numbers of 64 bits, the
 * lowest segment in the lowest bit.
 */
final class Segments {
    static final long SEGMENT_BYTES = 16L << 20;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path record;
    private final long bytes;
    private final String identity;
    private final int count;
    private final BitSet done;
    private final BitSet taken;

    private Segments(Path record, long bytes, String identity, BitSet done) {
        this.record = record;
        this.bytes = bytes;
        this.identity = identity;
        this.done = done;
        taken = (BitSet) done.clone();
        count = Math.toIntExact(Math.ceilDiv(bytes, SEGMENT_BYTES));
    }

    /**
     * What is left of an earlier run, if it fetched the same file; else nothing.
     *
     * @param identity the checksum, or what else tells two versions of a file apart
     */
    static Segments open(Path record, Path data, long bytes, String identity) throws IOException {
        BitSet done = new BitSet();
        if (Files.exists(record) && Files.exists(data) && Files.size(data) == bytes) {
            try {
                JsonNode json = JSON.readTree(Files.readAllBytes(record));
                if (json.path("bytes").asLong() == bytes
                        && json.path("sha256").asText().equals(identity)
                        && json.path("segmentBytes").asLong() == SEGMENT_BYTES) {
                    done = BitSet.valueOf(JSON.convertValue(json.path("done"), long[].class));
                }
            } catch (JsonProcessingException | IllegalArgumentException _) {
                done = new BitSet(); // A record that was cut: begin again.
            }
        }
        Segments segments = new Segments(record, bytes, identity, done);
        segments.done.clear(segments.count, Math.max(segments.count, segments.done.length()));
        segments.save();
        return segments;
    }

    /** A segment that nobody fetches yet. */
    synchronized OptionalInt take() {
        int next = taken.nextClearBit(0);
        if (next >= count) {
            return OptionalInt.empty();
        }
        taken.set(next);
        return OptionalInt.of(next);
    }

    long from(int segment) {
        return segment * SEGMENT_BYTES;
    }

    long end(int segment) {
        return Math.min(bytes, from(segment) + SEGMENT_BYTES);
    }

    /** A segment is in the file. */
    synchronized void finished(int segment) throws IOException {
        done.set(segment);
        save();
    }

    /** Bytes of the finished segments. */
    synchronized long doneBytes() {
        return done.stream().mapToLong(segment -> end(segment) - from(segment)).sum();
    }

    private void save() throws IOException {
        ObjectNode json = JSON.createObjectNode()
                .put("bytes", bytes)
                .put("sha256", identity)
                .put("segmentBytes", SEGMENT_BYTES);
        json.set("done", JSON.valueToTree(done.toLongArray()));
        Path fresh = record.resolveSibling(record.getFileName() + ".new");
        Files.write(fresh, JSON.writeValueAsBytes(json));
        Files.move(fresh, record, StandardCopyOption.REPLACE_EXISTING);
    }
}
