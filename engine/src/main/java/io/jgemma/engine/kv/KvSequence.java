package io.jgemma.engine.kv;

import io.jgemma.engine.backend.PageTable;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * K and V of one sequence of tokens: references to pages, a table for each layer group. Not thread-safe.
 *
 * <p>To append {@code n} tokens: {@link #reserve}, let the layers write, {@link #advance}. A step that failed in between
 * may be done again: what it wrote is written again.
 */
public final class KvSequence implements AutoCloseable {

    private final KvPool pool;
    private final List<KvTable> groups = new ArrayList<>();
    private final List<PageTable> tables;
    private int length;
    private int reserved;

    KvSequence(KvPool pool) {
        this.pool = pool;
        for (int g = 0; g < pool.plan().groups().size(); g++) {
            groups.add(new KvTable(pool, g));
        }
        tables = List.copyOf(groups);
    }

    /** Tokens whose K and V are there. */
    public int length() {
        return length;
    }

    /** The page table of each layer group; the same objects for as long as the sequence lives. */
    public List<PageTable> tables() {
        return tables;
    }

    /** Makes sure that exactly {@code tokens} tokens can be written next, where no other sequence reads. */
    public void reserve(int tokens) {
        for (KvTable group : groups) {
            group.reserve(length, tokens);
        }
        reserved = tokens;
    }

    /** Bytes that {@link #reserve} would take from the pool. */
    public long bytesToReserve(int tokens) {
        long bytes = 0;
        for (KvTable group : groups) {
            bytes += group.bytesToReserve(length, tokens);
        }
        return bytes;
    }

    /**
     * How many of {@code guesses} rows may follow {@code certain} ones in a step so that forgetting them leaves the sequence
     * as if they had never come: no tile may be quantized on their account.
     */
    public int exactGuesses(int certain, int guesses) {
        int exact = guesses;
        for (KvTable group : groups) {
            while (exact > 0 && !group.sameTail(length + certain, length + certain + exact)) {
                exact--;
            }
        }
        return exact;
    }

    /** Adds the pages and recent tiles that are held. */
    void collect(Set<KvPool.Page> found) {
        groups.forEach(group -> group.collect(found));
    }

    /**
     * Counts {@code tokens} written tokens in, and lets go of what left the tail or the window.
     *
     * @throws IllegalStateException when another number was reserved
     */
    public void advance(int tokens) {
        if (tokens != reserved) {
            throw new IllegalStateException("room was made for " + reserved + " tokens, not for " + tokens);
        }
        length += tokens;
        reserved = 0;
        for (KvTable group : groups) {
            group.advance(length);
        }
    }

    /**
     * Where a cut at {@code tokens} can really be made: {@code tokens}, or up to 31 fewer where they lie in a quantized
     * tile, or 0 because a window layer has let go of what the next row would see.
     */
    public int rewindTarget(int tokens) {
        if (tokens < 0 || tokens > length) {
            throw new IllegalArgumentException("a sequence of " + length + " tokens cannot be cut to " + tokens);
        }
        int target = tokens;
        for (KvTable group : groups) {
            target = Math.min(target, group.cut(tokens));
        }
        for (KvTable group : groups) {
            if (!group.covers(target)) {
                return 0;
            }
        }
        return target;
    }

    /**
     * Forgets the newest tokens.
     *
     * @param tokens wanted length
     * @return the length now: {@link #rewindTarget}
     */
    public int rewind(int tokens) {
        length = rewindTarget(tokens);
        reserved = 0;
        for (KvTable group : groups) {
            group.truncate(length);
        }
        return length;
    }

    /** A second sequence with the same content. Both may grow; pages are shared until one writes into them. */
    public KvSequence fork() {
        KvSequence copy = new KvSequence(pool);
        copy.length = length;
        for (int g = 0; g < groups.size(); g++) {
            copy.groups.get(g).shareFrom(groups.get(g), length);
        }
        return copy;
    }

    /** What the sequence holds, in numbers. */
    public KvExtent extent() {
        return new KvExtent(length, groups.stream().map(KvTable::extent).toList());
    }

    /**
     * Writes the K and V of the sequence: {@link KvExtent#bytes} bytes, in the order that {@link KvExtent} tells.
     *
     * @throws IOException when the channel cannot be written; the sequence stays as it is
     */
    public void writeTo(WritableByteChannel out) throws IOException {
        try (KvTransfer transfer = new KvTransfer(pool)) {
            transfer.write(extent(), tables, out);
        }
    }

    /** Reads what {@link #writeTo} wrote, into this sequence, which is empty. What came is held also when reading fails. */
    void readFrom(KvExtent extent, ReadableByteChannel in) throws IOException {
        length = extent.length();
        for (int g = 0; g < groups.size(); g++) {
            groups.get(g).takeFor(extent.groups().get(g), length);
        }
        try (KvTransfer transfer = new KvTransfer(pool)) {
            transfer.read(extent, tables, in);
        }
    }

    /** Gives all pages back. */
    @Override
    public void close() {
        length = 0;
        reserved = 0;
        groups.forEach(KvTable::clear);
    }
}
