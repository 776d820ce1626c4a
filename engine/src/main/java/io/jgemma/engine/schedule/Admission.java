package io.jgemma.engine.schedule;

import io.jgemma.engine.kv.KvPlan;
import io.jgemma.engine.kv.KvPool;
import io.jgemma.engine.kv.KvSequence;
import io.jgemma.engine.schedule.PrefixMemory.Start;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides when a waiting task may begin, and from which K and V it begins. Guarded by the scheduler's lock. */
final class Admission {

    /** Waiting for another task's rows pays when it saves at least so many. */
    private static final int WORTH_WAITING_TOKENS = 64;

    /** Of a prompt's message borders the last so many are kept, besides the first. */
    private static final int KEPT_BORDERS = 4;

    private final KvPool pool;
    private final KvBudget budget;
    private final PrefixMemory memory;
    private final Collection<Holding> holdings;

    Admission(KvPool pool, KvBudget budget, PrefixMemory memory, Collection<Holding> holdings) {
        this.pool = pool;
        this.budget = budget;
        this.memory = memory;
        this.holdings = holdings;
    }

    /**
     * Lets a waiting task begin if it can.
     *
     * @param running the tasks that run
     * @return whether it runs now
     */
    boolean admit(Lane lane, List<Lane> running) {
        TokenList ids = lane.ids();
        int most = Math.min(lane.task().reusable(), ids.size());
        Start start = memory.find(ids, most, lane.holding(), holdings);
        int there = start == null ? 0 : start.tokens();
        if (follow(lane, running, most, there)) {
            return false;
        }
        KvPlan plan = pool.plan();
        // A page of each group more for every task that runs: they all grow.
        long spare = (running.size() + 1L) * (plan.peakBytes(0) - plan.bytes(0));
        long needed = Math.max(0, plan.bytes(ids.size()) - plan.bytes(there)) + spare;
        if (!running.isEmpty() && !budget.couldHave(needed)) {
            return false;
        }
        begin(lane, start);
        budget.makeFree(Math.min(needed, pool.limitBytes()));
        return true;
    }

    /** Waits for a running task that is computing what this one begins with, so that it is computed once. */
    private boolean follow(Lane lane, List<Lane> running, int most, int there) {
        for (Lane other : running) {
            int common = lane.ids().wholeBlocks(other.ids().commonPrefix(lane.ids(), most));
            if (other.reading() && other.computed() < common && common - there >= WORTH_WAITING_TOKENS) {
                lane.follow(other, common);
                if (pool.plan().windowed()) {
                    other.borders().add(common);
                }
                return true;
            }
        }
        return false;
    }

    private void begin(Lane lane, @Nullable Start start) {
        Holding holding = lane.holding();
        KvSequence own = holding.sequence();
        if (start != null && start.from() == own) {
            own.rewind(start.tokens());
        } else {
            KvSequence begun = start == null ? pool.sequence() : memory.fork(start);
            TokenList before = holding.ids();
            KvSequence left = holding.exchange(begun);
            memory.keep(before, left.length(), left);
        }
        holding.ids(lane.ids(), lane.task().input().blocks());
        holding.busy(true);
        lane.start();
        if (pool.plan().windowed()) {
            keepAt(lane);
        }
    }

    private static void keepAt(Lane lane) {
        int[] borders = Arrays.stream(lane.task().borders())
                .filter(border ->
                        border > lane.computed() && border <= lane.ids().size())
                .filter(border -> lane.ids().wholeBlocks(border) == border)
                .toArray();
        for (int i = 0; i < borders.length; i++) {
            if (i == 0 || i >= borders.length - KEPT_BORDERS) {
                lane.borders().add(borders[i]);
            }
        }
    }
}
