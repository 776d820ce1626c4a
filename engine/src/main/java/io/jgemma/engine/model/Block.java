package io.jgemma.engine.model;

import io.jgemma.engine.nn.Step;
import io.jgemma.engine.tensor.Tensor;

/** One transformer block. */
@FunctionalInterface
public interface Block {

    /**
     * Updates the residual stream.
     *
     * @param x F32 [rows, hidden]
     */
    void forward(Tensor x, Step step);
}
