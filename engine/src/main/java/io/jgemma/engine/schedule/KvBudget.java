package io.jgemma.engine.schedule;

import io.jgemma.engine.kv.KvPool;
import io.jgemma.engine.kv.KvSequence;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Finds memory for K and V within the pool's limit: first by giving up what is kept of earlier prompts, then by giving up
 * what idle sessions hold, which is computed again when they go on. Guarded by the scheduler's lock.
 */
final class KvBudget {

    private final KvPool pool;
    private final PrefixMemory memory;
    private final Collection<Holding> holdings;

    KvBudget(KvPool pool, PrefixMemory memory, Collection<Holding> holdings) {
        this.pool = pool;
        this.memory = memory;
        this.holdings = holdings;
    }

    /** Whether so many bytes could be had without taking any from a running task. */
    boolean couldHave(long bytes) {
        if (pool.freeBytes() >= bytes) {
            return true;
        }
        List<KvSequence> busy = new ArrayList<>();
        holdings.stream().filter(Holding::busy).forEach(holding -> busy.add(holding.sequence()));
        return pool.limitBytes() - pool.bytesOf(busy) >= bytes;
    }

    /** Sees to it that so many bytes are free; false when running tasks hold too much. */
    boolean makeFree(long bytes) {
        while (pool.freeBytes() < bytes && memory.dropOne()) {
            // Until there is enough or nothing more to give up.
        }
        while (pool.freeBytes() < bytes && emptyIdle()) {
            // As before.
        }
        return pool.freeBytes() >= bytes;
    }

    /** Gives up what is kept of earlier prompts beyond so many bytes. */
    void trim(long most) {
        while (cachedBytes() > most && memory.dropOne()) {
            // Until it is little enough.
        }
    }

    private boolean emptyIdle() {
        return holdings.stream()
                .filter(holding -> !holding.busy() && holding.sequence().length() > 0 && holding.recomputable())
                .min(Comparator.comparingLong(Holding::lastUsed))
                .map(holding -> {
                    holding.sequence().close();
                    return true;
                })
                .orElse(false);
    }

    /** Makes room for rows of a sequence and reserves them; false when running tasks hold too much. */
    boolean reserve(KvSequence sequence, int rows) {
        if (!makeFree(sequence.bytesToReserve(rows))) {
            return false;
        }
        sequence.reserve(rows);
        return true;
    }

    /** Bytes held by sessions and running tasks. */
    long usedBytes() {
        return pool.bytesOf(holdings.stream().map(Holding::sequence).toList());
    }

    /** Bytes held by nothing but what is kept of earlier prompts. */
    long cachedBytes() {
        return pool.bytesInUse() - usedBytes();
    }

    long limitBytes() {
        return pool.limitBytes();
    }
}
