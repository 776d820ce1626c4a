package io.jgemma.engine.model;

import io.jgemma.engine.nn.Step;
import io.jgemma.engine.tensor.Tensor;

/** A model ready to run. Not thread-safe. Closing it frees its working buffers; weights belong to the backend. */
public interface Decoder extends AutoCloseable {

    /** Runs a step through all layers: K and V of its rows are written. */
    void forward(Step step);

    /**
     * Logits of the last step's wanted rows {@code first} to {@code first + rows}, exclusive: F32 [rows, vocabulary],
     * valid until the next call.
     *
     * @param rows at most {@link io.jgemma.engine.nn.OutputHead#MAX_ROWS}
     */
    Tensor logits(int first, int rows);

    /**
     * The k greatest logits of each row, as {@link io.jgemma.engine.backend.Ops#greatest} leaves them: F32 [rows, 2 k],
     * valid until the next call.
     *
     * @param logits from {@link #logits}
     */
    Tensor greatest(Tensor logits, int k);

    /**
     * Hidden states of the last step's wanted rows, behind the last norm: F32 [wanted rows, hidden], valid until the next
     * step.
     */
    Tensor hidden();

    @Override
    void close();
}
