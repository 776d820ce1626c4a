package io.jgemma.engine.answer;

import io.jgemma.engine.generation.LogitsConsumer;
import io.jgemma.engine.nn.InputRows;
import io.jgemma.engine.schedule.Holding;
import io.jgemma.engine.schedule.Task;
import io.jgemma.engine.schedule.TokenList;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Ids that are computed behind others, with somebody who looks at logits. */
public final class Evaluation implements Task {

    private final TokenList ids;
    private final InputRows input;
    private final int before;
    private final IntPredicate wanted;
    private final LogitsConsumer consumer;
    private final BooleanSupplier cancelled;
    private final CompletableFuture<Boolean> result = new CompletableFuture<>();
    private volatile boolean complete;

    /**
     * An evaluation.
     *
     * @param rows all rows, those before included
     * @param before how many were there before
     */
    public Evaluation(
            Holding.Continued rows,
            int before,
            IntPredicate wanted,
            LogitsConsumer consumer,
            BooleanSupplier cancelled) {
        input = rows.input();
        ids = rows.ids();
        this.before = before;
        this.wanted = wanted;
        this.consumer = consumer;
        this.cancelled = cancelled;
        complete = ids.size() == before;
    }

    /** Completes when it has left the scheduler: with whether all was computed. */
    public CompletableFuture<Boolean> result() {
        return result;
    }

    @Override
    public TokenList ids() {
        return ids;
    }

    @Override
    public InputRows input() {
        return input;
    }

    @Override
    public int reusable() {
        return before;
    }

    @Override
    public boolean wanted(int index) {
        return index >= before && wanted.test(index - before);
    }

    @Override
    public int greatest() {
        return consumer.greatest();
    }

    @Override
    public boolean acceptGreatest(int index, MemorySegment greatest) {
        boolean enough = consumer.acceptGreatest(index - before, greatest);
        if (enough) {
            goOn(index);
        }
        return enough;
    }

    @Override
    public void accept(int index, MemorySegment logits) {
        consumer.accept(index - before, logits);
        goOn(index);
    }

    private void goOn(int index) {
        if (index == ids.size() - 1) {
            consumer.next().ifPresent(ids::add);
            complete = index == ids.size() - 1;
        }
    }

    @Override
    public void progressed(int done, int cached) {
        complete |= done == ids.size();
    }

    @Override
    public boolean over() {
        return complete || cancelled.getAsBoolean();
    }

    @Override
    public void left(@Nullable Throwable failure) {
        if (failure != null) {
            result.completeExceptionally(failure);
        } else {
            result.complete(complete);
        }
    }
}
