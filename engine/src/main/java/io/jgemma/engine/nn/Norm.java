package io.jgemma.engine.nn;

import io.jgemma.engine.tensor.Tensor;

/** A norm over the elements of a row, with its weights. */
public interface Norm {

    /** Computes {@code y}; both F32 [rows, n], {@code y} may be {@code x}. */
    void apply(Tensor y, Tensor x);
}
