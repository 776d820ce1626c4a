package io.jgemma.engine.cpu.x86.weights;

import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;

/** Rows of activations, rounded to integers of 32 with one scale: the integers, then the scales ({@code dx}), then the terms of their sums. */
public interface Activations {

    /** Room for as many rows as {@code x} has. */
    Operand prepared(Operand x, Scratch scratch);

    /** Fills rows {@code from..end}. */
    void prepare(Operand x, Operand to, int from, int end, Scratch scratch);

    /** Where in a row of {@code n} elements the scales begin. */
    long factors(int n);

    /** Where in a row of {@code n} elements the terms begin. */
    long terms(int n);
}
