package io.jgemma.engine.cpu.x86.weights.panels;

import io.jgemma.engine.cpu.kernel.Operand;
import io.jgemma.engine.cpu.kernel.Scratch;

/** What unpacks weights to panels. */
interface PanelSource {

    /** The addresses of a panel's codes, scales and minima. */
    record Parts(long codes, long scales, long minima) {}

    /** Unpacks rows {@code first} and following, at most 16, to a panel; what rows from {@code end} on have there is of no meaning. */
    void pack(Operand w, int first, int end, Parts to, Scratch scratch);
}
