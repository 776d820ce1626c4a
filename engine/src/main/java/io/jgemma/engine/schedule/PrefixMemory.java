package io.jgemma.engine.schedule;

import io.jgemma.engine.kv.KvSequence;
import io.jgemma.engine.schedule.PrefixTree.Entry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sequences that were computed and are kept for prompts to come, until memory is short. What several of them share lies in
 * memory once, so keeping a conversation at several lengths costs little more than keeping it once.
 *
 * <p>Given up first are sequences that no later prompt ever began with, then the others; the least recently used first
 * either way. So what was asked once and will not be asked again, such as the title of a conversation, goes before the
 * conversation. Guarded by the scheduler's lock.
 */
final class PrefixMemory {

    private final PrefixTree tree = new PrefixTree();
    private long tick;

    /** A place to begin a sequence from. */
    record Start(KvSequence from, int tokens, @Nullable Entry entry) {}

    /** A moment later than all before. */
    long tick() {
        return ++tick;
    }

    /** Keeps a sequence that holds the first {@code length} of some ids, and gives up what it makes needless. */
    void keep(TokenList ids, int length, KvSequence sequence) {
        if (length == 0) {
            sequence.close();
            return;
        }
        Entry entry = tree.add(ids, length, sequence, tick());
        List<Entry> needless = new ArrayList<>();
        tree.forEachBefore(entry, before -> {
            int length0 = before.sequence().length();
            if (sequence.rewindTarget(length0) == length0) {
                needless.add(before);
                entry.inherit(before);
            }
        });
        needless.forEach(this::drop);
    }

    /**
     * The place from which the most of some ids need not be computed again. Where that is so in several, the task's own comes first:
     * it is as the task left it, while another that has grown beyond the place may have rounded there.
     *
     * @param most leading ids that may be reused
     * @param own what the task holds
     * @param live sequences that are held elsewhere
     */
    @Nullable
    Start find(TokenList ids, int most, Holding own, Collection<Holding> live) {
        Best best = new Best(ids, most);
        best.offer(own.sequence(), own.ids().commonPrefix(ids, most), null);
        tree.match(ids, most, (entry, common) -> best.offer(entry.sequence(), common, entry));
        for (Holding holding : live) {
            best.offer(holding.sequence(), holding.ids().commonPrefix(ids, most), null);
        }
        return best.start;
    }

    /** The best place so far. */
    private static final class Best {
        private final TokenList ids;
        private final int most;
        private @Nullable Start start;

        Best(TokenList ids, int most) {
            this.ids = ids;
            this.most = most;
        }

        void offer(KvSequence sequence, int common, @Nullable Entry entry) {
            int end = Math.min(Math.min(common, most), sequence.length());
            if (end <= (start == null ? 0 : start.tokens())) {
                return;
            }
            int target = sequence.rewindTarget(ids.wholeBlocks(end));
            while (ids.wholeBlocks(target) < target) {
                target = sequence.rewindTarget(ids.wholeBlocks(target));
            }
            if (target > (start == null ? 0 : start.tokens())) {
                start = new Start(sequence, target, entry);
            }
        }
    }

    /** A sequence of its own for a place that was found. */
    KvSequence fork(Start start) {
        if (start.entry() != null) {
            start.entry().hit(tick());
        }
        KvSequence copy = start.from().fork();
        copy.rewind(start.tokens());
        return copy;
    }

    /** Gives up the sequence that is least likely to be needed; false when there is none. */
    boolean dropOne() {
        List<Entry> worst = new ArrayList<>(1);
        tree.forEach(entry -> {
            if (worst.isEmpty()) {
                worst.add(entry);
            } else if (goesBefore(entry, worst.getFirst())) {
                worst.set(0, entry);
            }
        });
        worst.forEach(this::drop);
        return !worst.isEmpty();
    }

    private static boolean goesBefore(Entry one, Entry other) {
        boolean once = one.hits() == 0;
        boolean otherOnce = other.hits() == 0;
        return once == otherOnce ? one.lastUsed() < other.lastUsed() : once;
    }

    private void drop(Entry entry) {
        tree.remove(entry);
        entry.sequence().close();
    }

    /** All sequences that are kept. */
    List<KvSequence> sequences() {
        List<KvSequence> all = new ArrayList<>();
        tree.forEach(entry -> all.add(entry.sequence()));
        return all;
    }

    /** Gives up everything. */
    void clear() {
        while (dropOne()) {
            // Until nothing is left.
        }
    }
}
