package io.jgemma.engine.answer;

import io.jgemma.engine.generation.Pooling;
import io.jgemma.engine.nn.InputRows;
import io.jgemma.engine.schedule.Task;
import io.jgemma.engine.schedule.TokenList;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One vector for a text: its hidden states, pooled. */
public final class EmbeddingTask implements Task {

    private final InputRows input;
    private final TokenList ids;
    private final Pooling pooling;
    private final BooleanSupplier cancelled;
    private final Supplier<? extends RuntimeException> closed;
    private final double[] sum;
    private final CompletableFuture<float[]> result = new CompletableFuture<>();
    private volatile boolean complete;

    /**
     * A task.
     *
     * @param hidden elements of a hidden state
     * @param cancelled asked whether it is to end
     * @param closed what it fails with then
     */
    public EmbeddingTask(
            InputRows input,
            Pooling pooling,
            int hidden,
            BooleanSupplier cancelled,
            Supplier<? extends RuntimeException> closed) {
        this.input = input;
        ids = TokenList.of(input.ids());
        this.pooling = pooling;
        this.cancelled = cancelled;
        this.closed = closed;
        sum = new double[hidden];
    }

    /** F32 [hidden], once it has left the scheduler. */
    public CompletableFuture<float[]> result() {
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
        return pooling == Pooling.MEAN ? 0 : ids.size() - 1;
    }

    @Override
    public boolean wanted(int index) {
        return pooling == Pooling.MEAN || index == ids.size() - 1;
    }

    @Override
    public boolean wantsHidden() {
        return true;
    }

    @Override
    public void accept(int index, MemorySegment hidden) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += hidden.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
        }
    }

    @Override
    public void progressed(int done, int cached) {
        complete = done == ids.size();
    }

    @Override
    public boolean over() {
        return complete || cancelled.getAsBoolean();
    }

    @Override
    public void left(@Nullable Throwable failure) {
        if (failure != null) {
            result.completeExceptionally(failure);
        } else if (!complete) {
            result.completeExceptionally(closed.get());
        } else {
            int count = pooling == Pooling.MEAN ? ids.size() : 1;
            float[] mean = new float[sum.length];
            for (int i = 0; i < mean.length; i++) {
                mean[i] = (float) (sum[i] / count);
            }
            result.complete(mean);
        }
    }
}
